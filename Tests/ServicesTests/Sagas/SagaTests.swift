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
    }

    @Test(arguments: Mishap.allCases) func theCopy(mishap: Mishap) async throws {
        // At least: the call's rows, a lease, the pack (made, written, synced, named), a block, a page, syncs and commits, a root, the end.
        try await atEachStep(mishap, atLeast: 14) { CopySaga() }
    }

    @Test(arguments: Mishap.allCases) func theUpload(mishap: Mishap) async throws {
        try await atEachStep(mishap, atLeast: 16) { UploadSaga() }
    }

    private func atEachStep(_ mishap: Mishap, atLeast least: Int, _ make: () -> any Saga) async throws {
        var number = 1
        while true {
            var isMet = false
            try await SagaWorld.run { world in
                let saga = make()
                try await world.process { try await saga.prepare($0) }
                world.arm(mishap, at: number)
                try await world.process { try await saga.run(on: $0, in: world) }
                isMet = world.steps.isMet
                let names = world.steps.names
                world.steps.arm(.none)
                try await world.process { deployment in
                    try await saga.run(on: deployment, in: world)
                    let wrong = try await saga.differences(on: deployment)
                    #expect(wrong.isEmpty, "\(mishap) at step \(number) of \(names): \(wrong)")
                }
                try await world.expectSound()
            }
            if !isMet { break }
            number += 1
        }
        #expect(number > least, "only \(number - 1) steps")
    }
}

/// A piece of work that a client asks for and the server drives to its end.
protocol Saga: Sendable {
    /// What has to be there before. Nothing fails here.
    func prepare(_ deployment: Deployment) async throws
    /// Asks for the work, or goes on asking where it stopped, until it is at its end or the process is dead.
    func run(on deployment: Deployment, in world: SagaWorld) async throws
    /// How the end differs from what was asked for, in words.
    func differences(on deployment: Deployment) async throws -> [String]
}
