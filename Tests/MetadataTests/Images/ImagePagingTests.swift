import Domain
import Metadata
import TestSupport
import Testing

@Suite struct ImagePagingTests {
    private static let count = 3000

    private func pages(of search: ImageSearch, limit: Int, in temporary: TemporaryDatabase) throws -> [[Image]] {
        var pages: [[Image]] = []
        var place: ImageID?
        // One page too many is enough to see that paging does not end.
        while pages.count <= Self.count {
            let page = try temporary.read { try ImageTable($0).page(of: search, after: place, limit: limit) }
            guard let last = page.last else { return pages }
            pages.append(page)
            place = last.id
        }
        return pages
    }

    @Test func everyImageIsVisitedOnceWhateverTheBatch() throws {
        let temporary = try TemporaryDatabase()
        var random = SeededGenerator(seed: 4)
        let numbers = (0..<Self.count).shuffled(using: &random)
        try temporary.write { transaction throws in
            for number in numbers {
                try ImageTable(transaction).insert(.sample(number, state: number.isMultiple(of: 10) ? .deregistered : .available))
            }
        }
        let expected = (0..<Self.count).filter { !$0.isMultiple(of: 10) }.map { numbered($0) as ImageID }
        for limit in [1, 7, 100, 999, 1000, 2699, 2700, 5000] {
            let pages = try pages(of: ImageSearch(), limit: limit, in: temporary)
            #expect(pages.flatMap { $0.map(\.id) } == expected, "pages of \(limit)")
            #expect(pages.dropLast().allSatisfy { $0.count == limit }, "pages of \(limit)")
        }
    }

    /// Keyset paging: what comes and goes meanwhile neither repeats nor hides what stays.
    @Test func pagesStandChangesBetweenThem() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction in for number in 0..<100 { try ImageTable(transaction).insert(.sample(number * 10)) } }
        var seen: [ImageID] = []
        var place: ImageID?
        var round = 0
        while round <= 100 {
            let page = try temporary.read { try ImageTable($0).page(of: ImageSearch(), after: place, limit: 9) }
            guard let last = page.last else { break }
            seen += page.map(\.id)
            place = last.id
            try temporary.write { transaction throws in
                try ImageTable(transaction).setState(.deregistered, reason: nil, of: last.id)
                try ImageTable(transaction).insert(.sample(round * 10 + 5))
            }
            round += 1
        }
        #expect(Set(seen).count == seen.count)
        #expect(Set(seen).isSuperset(of: (0..<100).map { numbered($0 * 10) }))
    }

    @Test func aPageAttachesDevicesAndTagsToTheirImages() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in
            for number in 0..<50 {
                try ImageTable(transaction).insert(.sample(number, snapshots: (0..<number % 4).map { numbered(number * 10 + $0) }))
                try TagTable(transaction).set((0..<number % 3).map { Tag(key: "k\($0)", value: "\(number)") }, on: .image(numbered(number)))
            }
        }
        let images = try pages(of: ImageSearch(), limit: 8, in: temporary).flatMap(\.self)
        for (number, image) in images.enumerated() {
            #expect(image.snapshotIDs == (0..<number % 4).map { numbered(number * 10 + $0) })
            #expect(image.tags == (0..<number % 3).map { Tag(key: "k\($0)", value: "\(number)") })
        }
        #expect(images.count == 50)
    }
}
