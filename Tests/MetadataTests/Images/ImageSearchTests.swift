import Domain
import Metadata
import TestSupport
import Testing

/// Searches against a filter over everything.
@Suite struct ImageSearchTests {
    @Test(arguments: seeds(2))
    func narrowsAsAFilterWould(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let images = (0..<150).map { randomImage($0, using: &random) }
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in
            for image in images {
                try ImageTable(transaction).insert(image)
                try TagTable(transaction).set(image.tags, on: .image(image.id), by: image.owner)
                // A snapshot with the same tags must not lead to an image.
                try TagTable(transaction).set(image.tags, on: .snapshot(numbered(image.devices.count)), by: image.owner)
            }
        }
        var found = 0
        for _ in 0..<300 {
            let search = randomSearch(over: images, using: &random)
            let expected = images.filter { matches($0, search) }
            #expect(try temporary.read { try ImageTable($0).page(of: search, after: nil, limit: 1000) } == expected, "\(search)")
            let half = expected.dropFirst(expected.count / 2)
            if let place = expected.dropLast(half.count).last?.id {
                #expect(try temporary.read { try ImageTable($0).page(of: search, after: place, limit: 1000) } == Array(half), "\(search)")
            }
            found += expected.count
        }
        #expect(found > 1000)
    }

    @Test func anEmptyListFindsNothing() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { try ImageTable($0).insert(.sample(1)) }
        var search = ImageSearch()
        search.reach = Reach(parts: [])
        #expect(try temporary.read { try ImageTable($0).page(of: search, after: nil, limit: 10) }.isEmpty)
    }

    @Test func usersOfASnapshotAreThoseNotDeregistered() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in
            let table = ImageTable(transaction)
            try table.insert(.sample(3, snapshots: [numbered(1), numbered(1)]))
            try table.insert(.sample(1, state: .pending, snapshots: [numbered(2), numbered(1)]))
            try table.insert(.sample(2, state: .deregistered, snapshots: [numbered(1)]))
            try table.insert(.sample(4, state: .failed, snapshots: [numbered(2)]))
        }
        try temporary.read { transaction throws in
            #expect(try ImageTable(transaction).users(of: numbered(1)) == [numbered(1), numbered(3)])
            #expect(try ImageTable(transaction).users(of: numbered(2)) == [numbered(1), numbered(4)])
            #expect(try ImageTable(transaction).users(of: numbered(3)).isEmpty)
        }
    }

    private func randomImage(_ number: Int, using random: inout SeededGenerator) -> Image {
        let state: ImageState = random.pick([.pending, .available, .available, .failed, .deregistered])
        var image = Image.sample(
            number,
            owner: random.pick([.alice, .bob]),
            state: state,
            snapshots: (0..<Int.random(in: 0...3, using: &random)).map { _ in numbered(Int.random(in: 0..<20, using: &random)) },
            source: random.oneIn(2) ? nil : .init(id: numbered(Int.random(in: 1000..<1010, using: &random)), region: known("us-west-2"))
        )
        if random.oneIn(2) { image.sourceInstance = InstanceID(rawValue: random.pick(Self.instances)) }
        image.tags = ["Name", "stage", "team"].filter { _ in random.oneIn(2) }
            .map { Tag(key: $0, value: random.pick(["a", "b", "A", "", "Name"])) }
        return image
    }

    private static let instances = ["i-0123456789abcdef0", "i-0123456789abcdef1", "i-0123456789abcdef2"]

    private func randomSearch(over images: [Image], using random: inout SeededGenerator) -> ImageSearch {
        func some(_ texts: [String]) -> [String]? {
            random.oneIn(3) ? (0..<Int.random(in: 1...4, using: &random)).map { _ in random.pick(texts) } : nil
        }
        func many(_ texts: [String]) -> [String]? {
            random.oneIn(5) ? (0..<120).map { _ in random.pick(texts) } : nil
        }
        var search = ImageSearch()
        search.reach = random.pick([nil, Reach(parts: [.owned(.alice)]), Reach(parts: [.owned(.alice), .owned(.bob)])])
        search.ids = many(images.map(\.id.rawValue) + ["ami-x", ""])
        search.names = many(images.map(\.name) + ["nobody"])
        search.states = some(["pending", "available", "failed", "deregistered"])
        search.sourceImageIDs = some((1000..<1010).map { (numbered($0) as ImageID).rawValue })
        search.isCopied = random.oneIn(4)
        search.sourceInstanceIDs = some(Self.instances)
        search.snapshotIDs = many((0..<20).map { (numbered($0) as SnapshotID).rawValue })
        for key in ["Name", "stage"] where random.oneIn(5) {
            search.tags.append(TagSearch(key: key, values: some(["a", "b", "A", "", "Name"]) ?? ["a", "b"], by: .alice))
        }
        return search
    }

    private func matches(_ image: Image, _ search: ImageSearch) -> Bool {
        func holds(_ texts: [String]?, _ found: [String]) -> Bool { texts.map { !Set($0).isDisjoint(with: found) } ?? true }
        return image.state != .deregistered && (search.reach?.holds(owner: image.owner, sharedWith: []) ?? true)
            && holds(search.ids, [image.id.rawValue])
            && holds(search.names, [image.name]) && holds(search.states, [image.state.rawValue])
            && holds(search.sourceImageIDs, (image.source?.id.rawValue).map { [$0] } ?? [])
            && (!search.isCopied || image.source != nil)
            && holds(search.sourceInstanceIDs, (image.sourceInstance?.rawValue).map { [$0] } ?? [])
            && holds(search.snapshotIDs, image.snapshotIDs.map(\.rawValue))
            && search.tags.allSatisfy { wanted in
                image.owner == wanted.account && image.tags.contains { $0.key == wanted.key && wanted.values.contains($0.value) }
            }
    }
}
