import Domain
import TestSupport
import Testing

/// Random histories of one copy, done to a world that refuses what cannot be.
@Suite struct SnapshotCopyHistoryTests {
    @Test(arguments: seeds(2))
    func noHistoryDoesTheImpossible(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var ends: [SnapshotCopy.State: Int] = [:]
        for _ in 0..<3000 {
            let image: ImageID? = random.oneIn(3) ? nil : .random(using: &random)
            var copy = SnapshotCopy.sample(image: image)
            var world = CopyWorld(of: copy)
            var history: [SnapshotCopy.Event] = []
            let total = Int64.random(in: 0...4, using: &random) << 40
            for _ in 0..<Int.random(in: 1...20, using: &random) {
                let event = randomEvent(image: image, total: total, using: &random)
                history.append(event)
                try step(&copy, &world, event, history)
                // The server may stop and start again between any two events.
                if random.oneIn(4) {
                    #expect(copy.reread == copy)
                    copy = copy.reread
                }
            }
            ends[copy.state, default: 0] += 1
        }
        for state in [SnapshotCopy.State.running, .completed, .failed, .cancelled] {
            #expect(ends[state, default: 0] > 50, "too few histories end \(state)")
        }
    }

    private func step(_ copy: inout SnapshotCopy, _ world: inout CopyWorld, _ event: SnapshotCopy.Event, _ history: [SnapshotCopy.Event])
        throws
    {
        let before = copy
        let effects = copy.handle(event)
        for effect in effects { try world.apply(effect) }

        if before.state != .running {
            #expect(effects.isEmpty && copy == before, "something happened after the end: \(history)")
        }
        let expected: CopyWorld.SnapshotState =
            switch copy.state {
            case .running: .pending
            case .completed: .completed
            case .failed, .cancelled: .failed
            }
        #expect(world.snapshot == expected, "\(history)")
        let settles = copy.imageID != nil && (copy.state == .completed || copy.state == .failed)
        #expect(world.settlements == (settles ? 1 : 0), "\(history)")
        #expect(copy.retries.attempts < Retries.attemptsMax, "\(history)")
        if case .failed(_, isTemporary: true, at: _) = event, before.state == .running {
            let isOver = before.retries.attempts + 1 == Retries.attemptsMax
            #expect(copy.state == (isOver ? .failed : .running), "\(history)")
            #expect(isOver || copy.retries.attempts == before.retries.attempts + 1, "\(history)")
        }
        if case .progressed = event, copy.progress.bytesDone > before.progress.bytesDone {
            #expect(copy.retries.attempts == 0, "\(history)")
        }
        #expect(copy.state == .completed || (0...99).contains(world.percentShown), "\(history)")
        #expect((copy.reason != nil) == (copy.state == .failed), "\(history)")
        #expect(world.failureMessage == copy.reason?.message || copy.state == .cancelled, "\(history)")
    }

    private func randomEvent(image: ImageID?, total: Int64, using random: inout SeededGenerator) -> SnapshotCopy.Event {
        let progress = SnapshotCopy.Progress(
            bytesTotal: total,
            bytesDone: .random(in: 0...total, using: &random),
            bytesMoved: .random(in: 0...total, using: &random)
        )
        return switch Int.random(in: 0..<100, using: &random) {
        case 0..<60: .progressed(progress)
        case 60..<90: .failed(StateReason(code: "Server.InternalError", message: "The line broke"), isTemporary: true, at: SnapshotCopy.now)
        case 90..<92:
            .failed(StateReason(code: "Client.InvalidSnapshot.NotFound", message: "Gone"), isTemporary: false, at: SnapshotCopy.now)
        case 92..<94: .arrived(root: [UInt8](repeating: 1, count: 32), progress)
        case 94..<97: .arrived(root: SnapshotCopy.sampleRoot, progress)
        default: .cancelled(by: image)
        }
    }
}
