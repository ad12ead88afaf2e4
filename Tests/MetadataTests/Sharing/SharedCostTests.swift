import Domain
import Metadata
import TestSupport
import Testing

/// What it costs to list what is shared does not depend on how many images there are, nor on how many accounts. Counted as
/// `ImageCostTests` does.
@Suite(.enabled(if: TestRows.areInFiles)) struct SharedCostTests {
    private static let few = 1_000
    private static let many = 100_000
    private static let viewer = Viewer(account: .alice, membership: .none)

    /// Images of 50 accounts, the first of which is Alice. Each has two public ones in a hundred, and shares another two with Alice.
    private static func filled(_ count: Int) throws -> TemporaryDatabase {
        let temporary = try TemporaryDatabase()
        let others: [AccountID] = (1..<50).map { known(String(500_000_000_000 + $0)) }
        try temporary.write { transaction in
            for number in 0..<count {
                let owner = number % 50 == 0 ? AccountID.alice : others[number % 50 - 1]
                let image = Image.sample(number, owner: owner)
                try ImageTable(transaction).insert(image)
                let round = number / 50 % 50
                let targets: Set<ShareTarget> = round == 0 ? [.everyone] : round == 1 ? [.account(.alice)] : []
                try ShareTable(transaction, of: .image).add(targets, to: image.id.rawValue, of: owner)
            }
        }
        return temporary
    }

    private func steps(_ reach: Reach, names: [String]? = nil, after place: ImageID? = nil, in temporary: TemporaryDatabase) throws -> (
        steps: UInt64, found: Int
    ) {
        var search = ImageSearch()
        search.reach = reach
        search.names = names
        let wanted = search
        let before = temporary.database.statistics.counts.steps
        let found = try temporary.read { try ImageTable($0).page(of: wanted, after: place, limit: 20, taggedBy: .alice) }
        return (temporary.database.statistics.counts.steps - before, found.count)
    }

    @Test func pagesOfWhatIsSharedCostTheSame() throws {
        let (few, many) = (try Self.filled(Self.few), try Self.filled(Self.many))
        let all = Self.viewer.reach
        for (name, reach) in [
            ("all", all), ("own", try Self.viewer.reach(owners: ["self"], users: [])),
            ("shared", try Self.viewer.reach(owners: [], users: ["self"])),
            ("public", try Self.viewer.reach(owners: [], users: ["all"])),
        ] {
            let (small, large) = (try steps(reach, in: few), try steps(reach, in: many))
            #expect(small.found == 20 && large.found == 20, "\(name)")
            #expect(large.steps <= small.steps + small.steps / 10, "\(name): \(small.steps) and \(large.steps) steps")
            let end = try steps(reach, after: numbered(Self.many - 2_600), in: many)
            #expect(end.found == 20 && end.steps <= large.steps + large.steps / 10, "\(name): \(large.steps) and \(end.steps) steps")
        }
        let (small, large) = (try steps(all, names: ["image 1"], in: few), try steps(all, names: ["image 1"], in: many))
        #expect(small.found == 1 && large.found == 1)
        #expect(large.steps <= small.steps + small.steps / 10, "by name: \(small.steps) and \(large.steps) steps")
    }
}
