import Domain
import Metadata
import Services
import TestSupport
import Testing

/// Nothing drives the tasks here: each stays in the state that it is put into.
@Suite struct CancelTests {
    private func run(_ body: (World, Job) async throws -> Void) async throws {
        try await World.run { world in
            try await world.buckets().create("depot")
            try await world.put("disk", SampleBody.content(512, seed: 1))
            let request = SnapshotImportRequest(
                source: ImportSource(bucket: "depot", key: "disk"),
                encryption: EncryptionRequest(),
                options: TaskOptions(description: "", role: nil, tags: [], clientToken: nil)
            )
            try await body(world, try await Imports(world.call(World.home)).importSnapshot(request))
        }
    }

    private func cancel(_ job: Job, _ world: World) async throws -> Job.State {
        try await Jobs(world.call(World.home)).cancel(job.id, [.snapshotImport]).state
    }

    private func set(_ state: Job.State, of job: Job, _ world: World) async throws {
        let row = Job(id: job.id, account: job.account, work: job.work, createdAt: job.createdAt, state: state)
        try await world.store(World.home).database.write { try JobTable($0).update(row) }
    }

    @Test func whatIsCancelledCanBeCancelledAgain() async throws {
        try await run { world, job in
            #expect(try await cancel(job, world) == .active)
            #expect(try await cancel(job, world) == .cancelling)
            try await set(.cancelled, of: job, world)
            #expect(try await cancel(job, world) == .cancelled)
        }
    }

    /// What it made is being taken away already, and it stays failed.
    @Test func whatIsFailingStaysSo() async throws {
        try await run { world, job in
            try await set(.failing, of: job, world)
            for _ in 0..<2 { #expect(try await cancel(job, world) == .failing) }
        }
    }

    @Test(arguments: [Job.State.completed, .failed])
    func whatHasEndedCannotBeCancelled(state: Job.State) async throws {
        try await run { world, job in
            try await set(state, of: job, world)
            await expectFault(.incorrectState) { _ = try await cancel(job, world) }
        }
    }
}
