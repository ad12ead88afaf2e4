import Domain
import Foundation
import Metadata
import TestSupport
import Testing

@Suite struct UploadTableTests {
    private func address(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 32) }

    private func withUploads(_ uploads: [Upload]) throws -> TemporaryDatabase {
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in
            for (number, upload) in uploads.enumerated() {
                try SnapshotTable(transaction).insert(.sample(number))
                try UploadTable(transaction).insert(upload)
            }
        }
        return temporary
    }

    private func upload(_ number: Int, parentRoot: [UInt8]? = nil, minutes: Int = 60, putAt: Date = date(), isSealed: Bool = false)
        -> Upload
    {
        Upload(snapshotID: numbered(number), parentRoot: parentRoot, timeoutMinutes: minutes, lastPutAt: putAt, isSealed: isSealed)
    }

    @Test func uploadsGoIntoRowsAndOut() throws {
        let temporary = try withUploads([upload(0), upload(1, parentRoot: address(9), minutes: 10, isSealed: true)])
        let first = try #require(try temporary.read { try UploadTable($0).upload(numbered(0)) })
        #expect(first.parentRoot == nil)
        #expect(first.timeoutMinutes == 60)
        #expect(first.lastPutAt == date())
        #expect(!first.isSealed)
        let second = try #require(try temporary.read { try UploadTable($0).upload(numbered(1)) })
        #expect(second.parentRoot == address(9))
        #expect(second.timeoutMinutes == 10)
        #expect(second.isSealed)
        #expect(try temporary.read { try UploadTable($0).upload(numbered(2)) } == nil)
        #expect(try temporary.read { try UploadTable($0).count(of: .alice) } == 2)
        #expect(try temporary.read { try UploadTable($0).count(of: .bob) } == 0)
    }

    @Test func aLaterBlockReplacesAnEarlierOne() throws {
        let temporary = try withUploads([upload(0), upload(1)])
        let later = date(milliseconds: 1_795_376_999_000)
        try temporary.write { transaction throws in
            let table = UploadTable(transaction)
            try table.put([(0, address(1)), (5, address(2)), (7, nil)], into: numbered(0), at: date())
            try table.put([(5, address(3)), (0, nil), (7, address(4)), (7, address(5))], into: numbered(0), at: later)
            try table.put([(5, address(6))], into: numbered(1), at: date())
        }
        try temporary.read { transaction throws in
            let table = UploadTable(transaction)
            let blocks = try table.blocks(of: numbered(0), from: 0, limit: 10)
            #expect(blocks.map(\.index) == [0, 5, 7])
            #expect(blocks.map(\.address) == [nil, address(3), address(5)])
            #expect(try table.blockCount(of: numbered(0)) == 3)
            #expect(try table.blockCount(of: numbered(1)) == 1)
            #expect(try table.upload(numbered(0))?.lastPutAt == later)
            #expect(try table.upload(numbered(1))?.lastPutAt == date())
        }
    }

    @Test(arguments: seeds(2))
    func pagesOfBlocksEqualADictionary(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let temporary = try withUploads([upload(0)])
        var expected: [Int64: [UInt8]?] = [:]
        for _ in 0..<20 {
            var batch: [(index: Int64, address: [UInt8]?)] = []
            for _ in 0..<100 {
                let block = (
                    index: Int64.random(in: 0..<1500, using: &random), address: random.oneIn(4) ? nil : address(random.pick([1, 2, 3]))
                )
                batch.append(block)
                expected[block.index] = .some(block.address)
            }
            try temporary.write { try UploadTable($0).put(batch, into: numbered(0), at: date()) }
        }
        for limit in [1, 13, 500, 5000] {
            var seen: [Int64: [UInt8]?] = [:]
            var visited: [Int64] = []
            var place: Int64 = 0
            while visited.count <= expected.count {
                let page = try temporary.read { try UploadTable($0).blocks(of: numbered(0), from: place, limit: limit) }
                guard let last = page.last else { break }
                for block in page { seen[block.index] = .some(block.address) }
                visited += page.map(\.index)
                place = last.index + 1
            }
            #expect(visited == expected.keys.sorted())
            #expect(seen == expected)
        }
        #expect(try temporary.read { try UploadTable($0).blockCount(of: numbered(0)) } == Int64(expected.count))
    }

    @Test func sealedUploadsAreFound() throws {
        let temporary = try withUploads((0..<5).map { upload($0) })
        let now = date()
        func sealed(_ limit: Int, after seconds: Double = 0) throws -> [SnapshotID] {
            try temporary.read { try UploadTable($0).sealed(limit, at: now.addingTimeInterval(seconds)).map(\.snapshotID) }
        }
        #expect(try sealed(10).isEmpty && !temporary.read { try UploadTable($0).hasSealed() })
        try temporary.write { transaction in for number in [3, 1, 4] { try UploadTable(transaction).seal(numbered(number)) } }
        #expect(try sealed(10) == [numbered(1), numbered(3), numbered(4)] && temporary.read { try UploadTable($0).hasSealed() })
        #expect(try sealed(2) == [numbered(1), numbered(3)])
        #expect(try sealed(-1).isEmpty)
        // Whoever waits for its next attempt or has an owner is passed over, and the others are not behind it.
        try temporary.write { transaction throws in
            try UploadTable(transaction).postpone(numbered(1), to: now.addingTimeInterval(2))
            #expect(try LeaseTable(.uploads, transaction).take("\(numbered(3) as SnapshotID)", Lease(of: "a", at: now), at: now))
        }
        #expect(try sealed(2) == [numbered(4)])
        #expect(try temporary.read { try UploadTable($0).sealed(leasedBy: "a") } == [numbered(3)])
        #expect(try temporary.read { try UploadTable($0).sealed(leasedBy: "b") }.isEmpty)
        #expect(try sealed(10, after: 2) == [numbered(4), numbered(1)])
        #expect(try sealed(10, after: 31) == [numbered(3), numbered(4), numbered(1)])
    }

    @Test func uploadsExpireAMomentAfterTheirTimeout() throws {
        let start = date()
        let temporary = try withUploads([upload(0, minutes: 10), upload(1, minutes: 60), upload(2, minutes: 10, isSealed: true)])
        func expired(after seconds: Double, limit: Int = 10) throws -> [SnapshotID] {
            try temporary.read { try UploadTable($0).expired(at: start.addingTimeInterval(seconds), limit: limit).map(\.snapshotID) }
        }
        #expect(try expired(after: 599.999).isEmpty)
        #expect(try expired(after: 600).isEmpty)
        #expect(try expired(after: 600.001) == [numbered(0)])
        #expect(try expired(after: 3600.001) == [numbered(0), numbered(1)])
        #expect(try expired(after: 3600.001, limit: 1) == [numbered(0)])

        try temporary.write { try UploadTable($0).put([(0, nil)], into: numbered(0), at: start.addingTimeInterval(500)) }
        #expect(try expired(after: 1000).isEmpty)
        #expect(try expired(after: 1100.001) == [numbered(0)])
    }

    @Test func deletingTakesTheBlocksAlong() throws {
        let temporary = try withUploads([upload(0), upload(1)])
        try temporary.write { transaction throws in
            for number in 0...1 { try UploadTable(transaction).put([(0, address(1))], into: numbered(number), at: date()) }
            try UploadTable(transaction).delete(numbered(0))
            try SnapshotTable(transaction).delete(numbered(0))
        }
        try temporary.read { transaction throws in
            #expect(try UploadTable(transaction).upload(numbered(0)) == nil)
            #expect(try UploadTable(transaction).blockCount(of: numbered(0)) == 0)
            #expect(try UploadTable(transaction).blockCount(of: numbered(1)) == 1)
        }
    }

    @Test func aSnapshotBeingWrittenCannotBeDeleted() throws {
        let temporary = try withUploads([upload(0)])
        #expect(throws: (any Error).self) { try temporary.write { try SnapshotTable($0).delete(numbered(0)) } }
        #expect(try temporary.read { try SnapshotTable($0).snapshot(numbered(0)) } != nil)
    }
}

extension UploadTable {
    fileprivate func put(_ blocks: [(index: Int64, address: [UInt8]?)], into id: SnapshotID, at date: Date) throws {
        try put(blocks.map { UploadBlock(index: $0.index, address: $0.address) }, into: id, at: date)
    }
}
