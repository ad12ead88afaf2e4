import Domain
import Foundation
import Metadata
import Testing

@Suite struct CopyTableTests {
    @Test func copiesGoIntoRowsAndOut() throws {
        let copy = SnapshotCopy(
            id: numbered(1),
            snapshotID: numbered(2),
            account: .bob,
            imageID: numbered(3),
            sourceRegion: known("us-west-2"),
            sourceSnapshotID: numbered(4),
            sourceRoot: (0..<32).map { UInt8($0) },
            createdAt: date(),
            beganAt: date(milliseconds: 1_795_376_073_000),
            endedAt: date(milliseconds: 1_795_376_074_000),
            target: CompletionTarget(minutes: 45, setAside: .mebibytes(3), startedAt: date()),
            state: .failed,
            progress: .init(bytesTotal: 64 << 40, bytesDone: 3, bytesMoved: 2),
            retries: Retries(attempts: 4, dueAt: date().addingTimeInterval(16)),
            reason: StateReason(code: "Server.InternalError", message: "It broke")
        )
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in
            try CopyTable(transaction).insert(copy)
            try CopyTable(transaction).insert(.sample(9))
        }
        try temporary.read { transaction throws in
            let table = CopyTable(transaction)
            #expect(try table.copy(numbered(1)) == copy)
            #expect(try table.copy(of: numbered(2)) == copy)
            #expect(try table.copies(of: numbered(3)) == [copy])
            #expect(try table.copies(of: [numbered(3), numbered(7)]) == [copy])
            #expect(try table.copies(of: []).isEmpty)
            #expect(try table.copy(numbered(9)) == .sample(9))
            #expect(try table.copy(numbered(5)) == nil)
            #expect(try table.copy(of: numbered(1)) == nil)
            #expect(try table.copies(of: numbered(9)).isEmpty)
        }
    }

    @Test func whatHappensToACopyIsSaved() throws {
        let temporary = try TemporaryDatabase()
        var copy = SnapshotCopy.sample(1, image: numbered(1))
        try temporary.write { transaction throws in
            for number in [1, 2] { try CopyTable(transaction).insert(.sample(number, image: numbered(1))) }
        }
        let reason = StateReason(code: "Server.InternalError", message: "It broke")
        for event: SnapshotCopy.Event in [
            .progressed(.init(bytesTotal: 10, bytesDone: 5, bytesMoved: 1)), .failed(reason, isTemporary: true, at: date()),
            .failed(reason, isTemporary: false, at: date()),
        ] {
            copy.begin(at: date())
            _ = copy.handle(event)
            copy.settle(at: date(milliseconds: 1_795_376_075_000))
            let changed = copy
            try temporary.write { try CopyTable($0).update(changed) }
            #expect(try temporary.read { try CopyTable($0).copy(changed.id) } == changed)
        }
        #expect(copy.state == .failed && copy.beganAt == date() && copy.endedAt == date(milliseconds: 1_795_376_075_000))
        #expect(try temporary.read { try CopyTable($0).copies(of: numbered(1)) } == [copy, .sample(2, image: numbered(1))])
    }

    @Test func aSnapshotIsCopiedOnce() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { try CopyTable($0).insert(.sample(1)) }
        var twin = SnapshotCopy.sample(1)
        twin = SnapshotCopy(
            id: numbered(2),
            snapshotID: twin.snapshotID,
            account: twin.account,
            imageID: nil,
            sourceRegion: twin.sourceRegion,
            sourceSnapshotID: twin.sourceSnapshotID,
            sourceRoot: twin.sourceRoot,
            createdAt: twin.createdAt
        )
        let second = twin
        let failure = #expect(throws: (any Error).self) { try temporary.write { try CopyTable($0).insert(second) } }
        #expect(failure.map(DatabaseFailure.isDuplicate) == true)
    }

    @Test func onlyRunningCopiesWithoutAnImageCount() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in
            let table = CopyTable(transaction)
            #expect(try table.runningSnapshotCount(of: .alice) == 0)
            for number in 1...3 { try table.insert(.sample(number)) }
            try table.insert(.sample(4, image: numbered(1)))
            for (number, state) in [(5, SnapshotCopy.State.completed), (6, .failed), (7, .cancelled)] {
                try table.insert(.sample(number, state: state))
            }
            #expect(try table.runningSnapshotCount(of: .alice) == 3)
            #expect(try table.runningSnapshotCount(of: .bob) == 0)
            try table.delete(of: numbered(1))
            #expect(try table.runningSnapshotCount(of: .alice) == 2)
            #expect(try table.copy(numbered(1)) == nil)
        }
    }
}
