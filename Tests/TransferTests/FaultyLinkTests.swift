import Blocks
import TestSupport
import Testing
import Transfer

/// A source behind a network that does to its answers what networks and liars do.
@Suite(.againstHangs) struct FaultyLinkTests {
    private let engine = CopyEngine(window: 3, reportInterval: .zero, bytesPerFlush: 1)
    /// A root, three pages, six contents: ten answers.
    private let disk = ModelDisk(volumeBlocks: 3 * 1024, blocks: [0: 1, 7: 2, 8: 3, 1030: 4, 1031: 1, 2100: 5, 2101: 6])

    @Test(arguments: FaultyLink.Fault.allCases)
    func atEachAnswer(fault: FaultyLink.Fault) async throws {
        try await Place.withPool { pool in
            let source = try await Place(pool: pool).open()
            let root = try await disk.write(to: source)
            for number in 1...10 {
                let there = Place(pool: pool)
                let destination = try await there.open()
                let tally = FaultTally()
                let ended = await copy(root, into: destination, tally: tally) { cancel in
                    FaultyLink(source, tally: tally, whenStalled: cancel) { $0.ordinal == number ? fault : nil }
                }
                // The first request has no earlier one whose answer it could get.
                if fault != .wrongAnswer || number > 1 { #expect(tally.total == 1, "\(fault) at \(number)") }
                switch ended {
                case .success:
                    #expect(tally.total == 0 || fault == .slow || fault == .reorder, "\(fault) at \(number) was not noticed")
                    #expect(try await disk.differences(to: root, in: destination) == [])
                case .failure(let error):
                    #expect(isTold(error, of: fault), "\(fault) at \(number): \(error)")
                    #expect(try await destination.contains([root]).isEmpty, "\(fault) at \(number): the root shows before the end")
                    #expect(try await there.damages(under: []) == [])
                }
                _ = try await engine.copy(root, from: FaultyLink(source), into: destination) { _ in }
                #expect(try await disk.differences(to: root, in: destination) == [])
                #expect(try await there.damages(under: [root]) == [])
            }
        }
    }

    @Test(arguments: seeds(8))
    func aBadLinkIsGotOverInTheEnd(seed: UInt64) async throws {
        try await Place.withPool { pool in
            var generator = SeededGenerator(seed: seed)
            let source = try await Place(pool: pool).open()
            let there = Place(pool: pool)
            let destination = try await there.open()
            let disk = ModelDisk.random(numbers: 1..<30, using: &generator)
            let root = try await disk.write(to: source)
            var isDone = false
            for attempt in 0..<200 where !isDone {
                let plan = FaultyLink.plan(seed: seed &* 1000 &+ UInt64(attempt), oneIn: 12)
                let ended = await copy(root, into: destination, tally: FaultTally()) { FaultyLink(source, whenStalled: $0, plan: plan) }
                if case .success = ended { isDone = true } else { #expect(try await destination.contains([root]).isEmpty) }
            }
            // Each attempt keeps what arrived, so that even a link of which one answer in twelve is bad brings a disk over.
            #expect(isDone)
            #expect(try await disk.differences(to: root, in: destination) == [])
            #expect(try await there.damages(under: [root]) == [])
        }
    }

    /// A link that stands still costs time and nothing else.
    @Test func aStallThatEndsIsNoFault() async throws {
        try await Place.withPool { pool in
            let (source, destination) = (try await Place(pool: pool).open(), try await Place(pool: pool).open())
            let root = try await disk.write(to: source)
            let stalls = Gate()
            let link = FaultyLink(source, whenStalled: { stalls.open() }) { $0.ordinal == 5 ? .stall : nil }
            async let copied = engine.copy(root, from: link, into: destination) { _ in }
            await stalls.pass()
            #expect(try await destination.contains([root]).isEmpty)
            link.release()
            _ = try await copied
            #expect(try await disk.differences(to: root, in: destination) == [])
        }
    }

    /// Copies over a link that is made with what cancels the copy, as a time limit would.
    private func copy(
        _ root: Digest,
        into destination: BlockStore,
        tally: FaultTally,
        over link: @escaping @Sendable (_ cancel: @escaping @Sendable () -> Void) -> FaultyLink
    ) async -> Result<Void, any Error> {
        let engine = engine
        do {
            try await cancelling { cancel in
                _ = try await engine.copy(root, from: link(cancel), into: destination) { _ in }
            }
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    private func isTold(_ error: any Error, of fault: FaultyLink.Fault) -> Bool {
        switch fault {
        case .cut: error is FaultyLink.Cut
        case .stall: error is CancellationError
        case .reorder, .slow: false
        case .truncate, .corrupt, .wrongAnswer:
            error is BlockMapError || error is CopyMismatch
                || [.digestMismatch, .invalidBlock].contains((error as? StoreError)?.code)
        }
    }
}
