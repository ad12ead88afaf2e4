import Domain
import Foundation
import Metadata
import Testing

@Suite struct EndedUploadTableTests {
    private static let noon = Date(timeIntervalSince1970: 1_795_000_000)

    private func upload(_ number: Int, at date: Date = noon, _ ending: EndedUpload.Ending = .aborted) throws -> EndedUpload {
        EndedUpload(
            id: "upload-\(number)",
            bucket: try #require(BucketName(rawValue: "depot")),
            key: try #require(ObjectKey("key")),
            endedAt: date,
            ending: ending
        )
    }

    @Test func anUploadComesBackAsItEnded() throws {
        let temporary = try TemporaryDatabase()
        let domain = try #require(DomainID(bytes: [UInt8](repeating: 7, count: 16)))
        let completion = EndedUpload.Completion(
            version: "null",
            etag: "aa-2",
            checksum: ObjectChecksum(algorithm: "CRC32", value: "AAAAAA==-2", type: "COMPOSITE"),
            encryption: ObjectEncryption(domain: domain, key: .kms(arn: "arn", hasBucketKey: true))
        )
        let plain = EndedUpload.Completion(version: "v", etag: "bb-1", checksum: nil, encryption: nil)
        let all = [
            try upload(1), try upload(2, .completed(completion, parts: [1, 2])), try upload(3, .completed(plain, parts: [3])),
        ]
        try temporary.write { transaction throws in for one in all { try EndedUploadTable(transaction).insert(one) } }
        try temporary.read { transaction throws in
            for one in all { #expect(try EndedUploadTable(transaction).upload(one.id) == one) }
            #expect(try EndedUploadTable(transaction).upload("another") == nil)
        }
        // The id of a job's upload is the same in each attempt: the last ending counts.
        let again = try upload(2)
        try temporary.write { try EndedUploadTable($0).insert(again) }
        #expect(try temporary.read { try EndedUploadTable($0).upload(again.id) } == again)
    }

    @Test func whatHasBeenRememberedLongEnoughGoes() throws {
        let temporary = try TemporaryDatabase()
        let later = Self.noon.addingTimeInterval(EndedUpload.lifetime + 1)
        let old = try (1...50).map { try upload($0) }
        let new = try (51...60).map { try upload($0, at: later) }
        try temporary.write { transaction throws in
            for one in old { try EndedUploadTable(transaction).insert(one) }
            #expect(try EndedUploadTable(transaction).count() == 50)
            for one in new { try EndedUploadTable(transaction).insert(one) }
            #expect(try EndedUploadTable(transaction).count() == 10)
            for one in new { #expect(try EndedUploadTable(transaction).upload(one.id) == one) }
        }
    }

    @Test func onlySoManyAreRemembered() throws {
        let temporary = try TemporaryDatabase()
        let early = try (1...5).map { try upload($0) }
        let late = try upload(6)
        try temporary.write { transaction throws in
            for one in early { try EndedUploadTable(transaction).insert(one) }
            // As if there had been as many since the fourth as are remembered.
            try transaction.execute("UPDATE ended_uploads SET number = number - ? WHERE id <> 'upload-5'", [.integer(EndedUpload.countMax)])
            try EndedUploadTable(transaction).insert(late)
            #expect(try early.map { try EndedUploadTable(transaction).upload($0.id) != nil } == [false, false, false, false, true])
            #expect(try EndedUploadTable(transaction).upload(late.id) == late)
        }
    }
}
