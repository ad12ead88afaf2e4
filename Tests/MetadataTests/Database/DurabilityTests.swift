import Metadata
import TestSupport
import Testing

@Suite struct DurabilityTests {
    /// 2 is FULL: with less, a commit that was acknowledged may be gone after a power cut.
    @Test(.enabled(if: TestRows.areInFiles)) func everyCommitIsSynced() throws {
        let temporary = try TemporaryDatabase()
        let synchronous = try temporary.write { try $0.firstRow("PRAGMA synchronous")?.integer("synchronous") }
        #expect(synchronous == 2)
        let journal = try temporary.write { try $0.firstRow("PRAGMA journal_mode")?.text("journal_mode") }
        #expect(journal == "wal")
    }

    @Test(.enabled(if: TestRows.areInFiles)) func everyCommitIsSyncedWhenOpenedAgain() throws {
        let temporary = try TemporaryDatabase()
        let again = try temporary.openAgain()
        #expect(try again.blockingWrite { try $0.firstRow("PRAGMA synchronous")?.integer("synchronous") } == 2)
        try again.close()
    }

    @Test func referencesAreChecked() throws {
        let temporary = try TemporaryDatabase()
        #expect(throws: (any Error).self) {
            try temporary.write {
                try UploadTable($0).insert(Upload(snapshotID: numbered(1), parentRoot: nil, timeoutMinutes: 60, lastPutAt: date()))
            }
        }
    }
}
