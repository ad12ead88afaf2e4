import Domain
import Foundation
import Metadata
import TestSupport
import Testing

@Suite struct DatabaseFailureTests {
    @Test(.enabled(if: TestRows.areInFiles)) func aFullDiskIsToldFromTheRest() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { try TagTable($0).set([Tag(key: "kept", value: "")], on: .image(numbered(1))) }
        // A database that may not grow answers as one on a full disk.
        _ = try temporary.write { try $0.rows("PRAGMA max_page_count = 40") }
        let filler = String(repeating: "x", count: 4000)
        let failure = #expect(throws: (any Error).self) {
            try temporary.write { transaction throws in
                for number in 0..<1000 { try TagTable(transaction).set([Tag(key: "k\(number)", value: filler)], on: .image(numbered(2))) }
            }
        }
        #expect(failure.map(DatabaseFailure.isNoSpace) == true)
        #expect(failure.map(DatabaseFailure.isDuplicate) == false)

        _ = try temporary.write { try $0.rows("PRAGMA max_page_count = 4000") }
        try temporary.write { try TagTable($0).set([Tag(key: "late", value: filler)], on: .image(numbered(2))) }
        #expect(try temporary.read { try TagTable($0).page(after: nil, limit: 10).map(\.tag.key) } == ["kept", "late"])
    }

    @Test func aDuplicateIsToldFromTheRest() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { try SnapshotTable($0).insert(.sample(1)) }
        let failure = #expect(throws: (any Error).self) { try temporary.write { try SnapshotTable($0).insert(.sample(1)) } }
        #expect(failure.map(DatabaseFailure.isDuplicate) == true)
        #expect(failure.map(DatabaseFailure.isNoSpace) == false)
        #expect(!DatabaseFailure.isDuplicate(CocoaError(.fileNoSuchFile)))
        #expect(!DatabaseFailure.isNoSpace(CocoaError(.fileNoSuchFile)))
    }

    @Test func aMissingReferenceIsNoDuplicate() throws {
        let temporary = try TemporaryDatabase()
        let failure = #expect(throws: (any Error).self) {
            try temporary.write {
                try $0.execute(
                    "INSERT INTO uploads (snapshot_id, timeout_minutes, last_put_at, is_sealed) VALUES ('snap-00000000', 1, 0, 0)"
                )
            }
        }
        #expect(failure.map(DatabaseFailure.isDuplicate) == false)
    }
}
