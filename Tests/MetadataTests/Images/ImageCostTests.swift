import Domain
import Metadata
import TestSupport
import Testing

/// What a listing costs does not depend on how many images there are. Counted in instructions of SQLite's virtual machine, which
/// are the same on every machine, and of which every row that is visited takes some.
@Suite(.enabled(if: TestRows.areInFiles)) struct ImageCostTests {
    private static let few = 100
    private static let many = 100_000

    /// Images of one owner and some of another, each with a device and a tag.
    private static func filled(_ count: Int) throws -> TemporaryDatabase {
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction in
            let images = ImageTable(transaction)
            let tags = TagTable(transaction)
            for number in 0..<count {
                let image = Image.sample(
                    number,
                    owner: number % 10 == 9 ? .bob : .alice,
                    snapshots: [numbered(number)],
                    source: number == 42 ? Image.Source(id: numbered(7), region: known("us-west-2")) : nil
                )
                try images.insert(image)
                try tags.set([Tag(key: "number", value: "\(number)")], on: .image(image.id), by: .alice)
            }
        }
        return temporary
    }

    private func steps(in temporary: TemporaryDatabase, _ body: (ImageTable) throws -> [Image]) throws -> (steps: UInt64, found: Int) {
        let before = temporary.database.statistics.counts.steps
        let found = try temporary.read { try body(ImageTable($0)) }
        return (temporary.database.statistics.counts.steps - before, found.count)
    }

    @Test func pageCostsTheSameWithAHundredImagesAndWithAHundredThousand() throws {
        let (few, many) = (try Self.filled(Self.few), try Self.filled(Self.many))
        var owned = ImageSearch()
        owned.reach = Reach(parts: [.owned(.alice)])
        var named = owned
        named.names = ["image 42"]
        var tagged = owned
        tagged.tags = [TagSearch(key: "number", values: ["42"], by: .alice)]
        var ofSnapshot = owned
        ofSnapshot.snapshotIDs = [(numbered(42) as SnapshotID).rawValue]
        var copied = owned
        copied.isCopied = true
        let searches: [(name: String, search: ImageSearch, finds: Int)] = [
            ("a page", owned, 50), ("by name", named, 1), ("by tag", tagged, 1), ("by snapshot", ofSnapshot, 1),
            ("copied", copied, 1),
        ]
        for (name, search, finds) in searches {
            // Behind the tenth image, so that a place in the middle is looked up too.
            let place: ImageID? = name == "a page" ? numbered(10) : nil
            let small = try steps(in: few) { try $0.page(of: search, after: place, limit: 50) }
            let large = try steps(in: many) { try $0.page(of: search, after: place, limit: 50) }
            #expect(small.found == finds && large.found == finds, "\(name)")
            #expect(large.steps <= small.steps + small.steps / 10, "\(name): \(small.steps) and \(large.steps) steps")
        }
        // The end of a long listing costs what its beginning does.
        let end = try steps(in: many) { try $0.page(of: owned, after: numbered(Self.many - 200), limit: 50) }
        let beginning = try steps(in: many) { try $0.page(of: owned, after: nil, limit: 50) }
        #expect(end.found == 50 && end.steps <= beginning.steps + beginning.steps / 10, "\(beginning.steps) and \(end.steps) steps")
    }

    @Test func imageByIdCostsTheSame() throws {
        let (few, many) = (try Self.filled(Self.few), try Self.filled(Self.many))
        let ids: [ImageID] = [numbered(3), numbered(42)]
        let small = try steps(in: few) { try $0.images(ids: ids) }
        let large = try steps(in: many) { try $0.images(ids: ids) }
        #expect(small.found == 2 && large.found == 2)
        #expect(large.steps <= small.steps + small.steps / 10, "\(small.steps) and \(large.steps) steps")
    }

    /// The counter itself: a search that no index serves is seen to cost more.
    @Test func searchWithoutAnIndexShowsInTheCount() throws {
        let temporary = try Self.filled(Self.few)
        let before = temporary.database.statistics.counts
        _ = try temporary.read { try $0.rows("SELECT id FROM images WHERE description = ?", [.text("none")]) }
        let after = temporary.database.statistics.counts
        #expect(after.statements - before.statements == 1)
        #expect(after.rows == before.rows)
        #expect(after.steps - before.steps >= UInt64(Self.few))
        try temporary.write { _ = try $0.execute("UPDATE images SET description = ?", [.text("some")]) }
        #expect(temporary.database.statistics.counts.rows - after.rows == UInt64(Self.few))
        #expect(temporary.database.statistics.counts.commits - after.commits == 1)
    }
}
