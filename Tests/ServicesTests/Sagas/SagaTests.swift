import Blocks
import Domain
import Metadata
import Services
import TestSupport
import Testing

/// Each saga fails at each of its durable steps in turn, and is cut off behind each of them in turn, and ends as if nothing had been.
///
/// No list of steps is written down anywhere: the number grows until a saga runs through without meeting it.
@Suite(.againstHangs) struct SagaTests {
    /// What happens at the step.
    enum Mishap: CaseIterable, Sendable {
        case failure, kill, powerCut

        /// A power cut takes all that a kill takes, and more; the copy and the upload show that both do.
        static let ofJobs: [Mishap] = [.failure, .powerCut]
    }

    @Test(arguments: Mishap.allCases) func theCopy(mishap: Mishap) async throws {
        // At least: the call's rows, a lease, the pack (made, written, synced, named), a block, a page, syncs and commits, a root, the end.
        try await atEachStep(mishap, of: CopySaga.self, atLeast: 14)
    }

    @Test(arguments: Mishap.allCases) func theUpload(mishap: Mishap) async throws {
        try await atEachStep(mishap, of: UploadSaga.self, atLeast: 16)
    }

    /// Each kind of job there is, by what it does: one that is added does not compile here until it has a saga.
    private static func saga(of kind: JobWork.Kind) -> (type: any JobSaga.Type, steps: Int) {
        // At least: the call's rows, a lease, progress, the end; and what it writes on its way.
        switch kind {
        case .bundleCheck: (BundleCheckSaga.self, 3)
        case .bundleCopy: (BundleCopySaga.self, 10)
        case .snapshotImport: (SnapshotImportSaga.self, 10)
        case .imageImport: (ImageImportSaga.self, 10)
        case .imageExport: (ImageExportSaga.self, 10)
        case .imageStore: (ImageStoreSaga.self, 10)
        // Its blocks are there already, so that it changes rows alone.
        case .imageRestore: (ImageRestoreSaga.self, 6)
        // The pack is made, written, synced, noted and named, too.
        case .snapshotArchival: (SnapshotArchivalSaga.self, 8)
        case .snapshotRestore: (SnapshotRestoreSaga.self, 6)
        // The call's rows, a lease, a page and a root that are as large as the volume, the end.
        case .volumeSnapshot: (VolumeSnapshotSaga.self, 4)
        }
    }

    @Test(arguments: JobWork.Kind.allCases, Mishap.ofJobs) func theJob(of kind: JobWork.Kind, mishap: Mishap) async throws {
        let saga = Self.saga(of: kind)
        try await atEachStep(mishap, of: saga.type, atLeast: saga.steps)
    }

    @Test(arguments: Mishap.ofJobs) func theSnapshotOfAWrittenVolume(mishap: Mishap) async throws {
        // What was written is stored, too.
        try await atEachStep(mishap, of: WrittenVolumeSnapshotSaga.self, atLeast: 8)
    }

    @Test(arguments: Mishap.ofJobs) func theSnapshotOfAVolumeThatIsSealedAnew(mishap: Mishap) async throws {
        try await atEachStep(mishap, of: SealedVolumeSnapshotSaga.self, atLeast: 8)
    }

    @Test(arguments: Mishap.ofJobs) func theImageOfAnInstance(mishap: Mishap) async throws {
        // The call's rows, what begins it, the reset, and of each of two snapshots a lease, a page, a root and the end.
        try await atEachStep(mishap, of: InstanceImageSaga.self, atLeast: 12)
    }

    // What fails for good is undone, whatever happens meanwhile.

    @Test(arguments: Mishap.ofJobs) func theRestoringThatFails(mishap: Mishap) async throws {
        try await atEachStep(mishap, of: FailingRestoreSaga.self, atLeast: 8)
    }

    @Test(arguments: Mishap.ofJobs) func theCopyOfABundleThatFails(mishap: Mishap) async throws {
        try await atEachStep(mishap, of: FailingBundleCopySaga.self, atLeast: 8)
    }

    private func atEachStep<S: Saga>(_ mishap: Mishap, of saga: S.Type, atLeast least: Int) async throws {
        try await SagaWorld.prepared(S.prepare) { prepared, facts in
            var number = 1
            var steps: [String] = []
            var isMet = true
            while isMet {
                try await prepared.cloned(facts, S.prepare) { world, facts in
                    let saga = S(facts)
                    world.arm(mishap, at: number)
                    try await world.process { try await saga.run(in: $0, world) }
                    isMet = world.steps.isMet
                    let names = world.steps.names
                    steps = names
                    world.steps.arm(.none)
                    try await world.process { process in
                        try await saga.run(in: process, world)
                        let wrong = try await saga.differences(in: process)
                        #expect(wrong.isEmpty, "\(mishap) at step \(number) of \(names): \(wrong)")
                    }
                    #expect(world.scratch().isEmpty, "\(mishap) at step \(number) of \(names)")
                    try await world.expectSound()
                }
                number += 1
            }
            #expect(number - 1 > least, "only \(number - 2) steps: \(steps)")
        }
    }
}

/// A piece of work that a client asks for and the server drives to its end.
protocol Saga: Sendable {
    /// What it knows of what has to be there before.
    associatedtype Facts: Sendable

    /// Makes what has to be there before. Nothing fails here.
    static func prepare(_ world: World) async throws -> Facts

    init(_ facts: Facts)

    /// Asks for the work, or goes on asking where it stopped, until it is at its end or the process is dead.
    func run(in process: World, _ world: SagaWorld) async throws
    /// How the end differs from what was asked for, in words.
    func differences(in process: World) async throws -> [String]
}
