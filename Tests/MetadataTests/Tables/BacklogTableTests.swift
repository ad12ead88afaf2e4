import Domain
import Foundation
import Metadata
import Testing

@Suite struct BacklogTableTests {
    private let now = date().addingTimeInterval(3600)

    private func job(_ number: Int, at seconds: Double, attempts: Int = 0, state: Job.State = .active) -> Job {
        let image: ImageID = numbered(number)
        return Job(
            id: image.rawValue,
            account: .alice,
            work: .bundleCheck,
            createdAt: date().addingTimeInterval(seconds),
            state: state,
            retries: Retries(attempts: attempts, dueAt: now)
        )
    }

    @Test func nothingIsUnderWayWhereThereAreNoRows() throws {
        try TemporaryDatabase().read { transaction throws in
            let table = BacklogTable(transaction)
            #expect(
                try [table.copies(at: now), table.jobs(at: now), table.uploads(), table.releases()] == Array(repeating: Backlog(), count: 4)
            )
            #expect(try table.lateCopies(at: now, limit: 9).isEmpty)
            #expect(try table.failingJobs(limit: 9).isEmpty)
        }
    }

    @Test func whatIsUnderWayIsCounted() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write { transaction throws in
            for job in [job(1, at: 2), job(2, at: 1, attempts: 3), job(3, at: 0, attempts: 1, state: .failed)] {
                try JobTable(transaction).insert(job)
            }
            #expect(try LeaseTable(.jobs, transaction).take(job(1, at: 0).id, Lease(of: "a", at: now), at: now))
            try CopyTable(transaction).insert(.sample(1, createdAt: date()))
            try CopyTable(transaction).insert(.sample(2, by: .bob, createdAt: date().addingTimeInterval(9)))
            try CopyTable(transaction).insert(.sample(3, state: .completed))
            for (number, isSealed) in [(1, true), (2, false)] {
                let upload = Upload(
                    snapshotID: numbered(number),
                    parentRoot: nil,
                    timeoutMinutes: 60,
                    lastPutAt: date(),
                    isSealed: isSealed
                )
                try SnapshotTable(transaction).insert(.sample(number))
                try UploadTable(transaction).insert(upload)
            }
            try UploadTable(transaction).seal(numbered(1))
            for seconds in [7.0, 5.0] { try ReleaseTable(transaction).insert(root: nil, at: date().addingTimeInterval(seconds)) }
        }
        try temporary.read { transaction throws in
            let table = BacklogTable(transaction)
            #expect(try table.jobs(at: now) == Backlog(count: 2, driven: 1, failing: 1, oldest: date().addingTimeInterval(1)))
            #expect(try table.copies(at: now) == Backlog(count: 2, oldest: date()))
            #expect(try table.uploads() == Backlog(count: 2, driven: 1))
            #expect(try table.releases() == Backlog(count: 2, oldest: date().addingTimeInterval(5)))
            #expect(try table.failingJobs(limit: 9).map(\.id) == [job(2, at: 0).id])
            #expect(try table.failingJobs(limit: 0).isEmpty)
        }
    }

    /// Behind the time that it was promised for, or failed and tried again.
    @Test func whatIsLateIsTold() throws {
        let temporary = try TemporaryDatabase()
        let begun = now.addingTimeInterval(-15 * 60)
        var failed = SnapshotCopy.sample(4, createdAt: date().addingTimeInterval(4))
        _ = failed.handle(.failed(StateReason(code: "Server.InternalError", message: "It broke"), isTemporary: true, at: date()))
        let copies: [SnapshotCopy] = [
            .sample(
                1,
                createdAt: date(),
                target: CompletionTarget(minutes: 15, setAside: .mebibytes(1), startedAt: begun.addingTimeInterval(-1))
            ),
            .sample(2, createdAt: date(), target: CompletionTarget(minutes: 15, setAside: .mebibytes(1), startedAt: begun)),
            .sample(3, createdAt: date(), target: CompletionTarget(minutes: 15)), failed, .sample(5, createdAt: date()),
            .sample(
                6,
                createdAt: date(),
                target: CompletionTarget(minutes: 15, setAside: .mebibytes(1), startedAt: date()),
                state: .completed
            ),
        ]
        try temporary.write { transaction throws in for copy in copies { try CopyTable(transaction).insert(copy) } }
        try temporary.read { transaction throws in
            let table = BacklogTable(transaction)
            #expect(try table.lateCopies(at: now, limit: 9) == [copies[0], failed])
            #expect(try table.lateCopies(at: now, limit: 1) == [copies[0]])
            #expect(try table.copies(at: now).failing == 1)
        }
    }
}
