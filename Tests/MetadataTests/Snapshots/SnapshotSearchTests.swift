import Domain
import Metadata
import TestSupport
import Testing

@Suite struct SnapshotSearchTests {
    @Test(arguments: [1, 9, 100, 1999, 2000, 3000])
    func everySnapshotIsVisitedOnceWhateverTheBatch(_ limit: Int) throws {
        let temporary = try TemporaryDatabase()
        let count = limit == 1 ? 300 : 2000
        try temporary.write { transaction in for number in (0..<count).reversed() { try SnapshotTable(transaction).insert(.sample(number)) }
        }
        var seen: [Int] = []
        var place: SnapshotID?
        while seen.count <= count {
            let page = try temporary.read { try SnapshotTable($0).page(of: SnapshotSearch(), after: place, limit: limit) }
            guard let last = page.last else { break }
            #expect(page.count <= limit)
            seen += page.compactMap { Int($0.id.rawValue.dropFirst("snap-".count), radix: 16) }
            place = last.id
        }
        #expect(seen == Array(0..<count))
    }

    @Test(arguments: seeds(2))
    func narrowsAsAFilterWould(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let snapshots = (0..<100).map { number in
            var snapshot = Snapshot.sample(number, state: random.pick([.pending, .completed, .error]))
            snapshot.tags = ["Name", "stage"].filter { _ in random.oneIn(2) }.map { Tag(key: $0, value: random.pick(["a", "b", ""])) }
            return snapshot
        }
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in
            for snapshot in snapshots {
                try SnapshotTable(transaction).insert(snapshot)
                try TagTable(transaction).set(snapshot.tags, on: .snapshot(snapshot.id))
            }
        }
        var found = 0
        for _ in 0..<200 {
            var search = SnapshotSearch()
            if random.oneIn(2) { search.ids = (0..<60).map { _ in random.pick(snapshots).id.rawValue } }
            if random.oneIn(2) { search.states = [random.pick(["pending", "completed", "error"]), "completed"] }
            if random.oneIn(3) { search.tags.append(TagSearch(key: "Name", values: [random.pick(["a", "b", ""])], by: .alice)) }
            if random.oneIn(3) { search.tags.append(TagSearch(key: "stage", values: ["a", "b"], by: .alice)) }
            let expected = snapshots.filter { snapshot in
                (search.ids?.contains(snapshot.id.rawValue) ?? true) && (search.states?.contains(snapshot.state.rawValue) ?? true)
                    && search.tags.allSatisfy { tag in snapshot.tags.contains { $0.key == tag.key && tag.values.contains($0.value) } }
            }
            let wanted = search
            #expect(try temporary.read { try SnapshotTable($0).page(of: wanted, after: nil, limit: 1000) } == expected, "\(search)")
            found += expected.count
        }
        #expect(found > 500)
    }
}
