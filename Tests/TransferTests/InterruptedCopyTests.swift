import Blocks
import Domain
import TestSupport
import Testing
import Transfer

/// A copy that is stopped at any point and asked for again ends as if it had not been stopped, and does not begin anew.
@Suite struct InterruptedCopyTests {
    enum Stop: CaseIterable, Sendable {
        case error
        case cancellation
    }

    /// What happens between the two calls.
    enum Pause: CaseIterable, Sendable {
        case nothing
        case newProcess
        case powerCut
    }

    private struct Stopped: Error {}

    private let engine = CopyEngine(window: 3, reportInterval: .zero, bytesPerFlush: 1)

    /// Five pages, two of them equal, with 14 contents, one of them everywhere.
    private static let disk: ModelDisk = {
        var disk = ModelDisk(volumeBlocks: 5 * 1024, blocks: [:])
        for page: UInt64 in 0..<5 {
            let contents = page == 3 ? 1 : page
            for slot: UInt64 in 0..<3 { disk.blocks[page * 1024 + slot * 7] = 10 * (contents + 1) + slot }
            disk.blocks[page * 1024 + 100] = contents == 4 ? 99 : 10
        }
        return disk
    }()

    @Test(arguments: Stop.allCases, Pause.allCases)
    func stoppedAtEachBlock(stop: Stop, pause: Pause) async throws {
        let contents = Self.disk.numbers.count
        #expect(contents == 13)
        for number in 1...contents {
            try await check(pause, "\(stop) at block \(number)") { root, source, destination in
                let stopping: ScriptedSource
                switch stop {
                case .error:
                    stopping = ScriptedSource(source, .init(beforeMove: { if $0 == number { throw Stopped() } }))
                    await #expect(throws: Stopped.self) {
                        try await engine.copy(root, from: stopping, into: destination) { _ in }
                    }
                case .cancellation:
                    let (engine, arrived) = (engine, Gate())
                    stopping = ScriptedSource(
                        source,
                        .init(beforeMove: {
                            guard $0 == number else { return }
                            arrived.open()
                            try await waitForCancellation()
                        })
                    )
                    let copying = stopping
                    await #expect(throws: CancellationError.self) {
                        try await withThrowingTaskGroup(of: Void.self) { group in
                            group.addTask { _ = try await engine.copy(root, from: copying, into: destination) { _ in } }
                            await arrived.pass()
                            group.cancelAll()
                            try await group.waitForAll()
                        }
                    }
                }
                return stopping.record
            }
        }
    }

    @Test(arguments: Stop.allCases, Pause.allCases)
    func stoppedAtEachReport(stop: Stop, pause: Pause) async throws {
        // One lane, so that no two reports meet: one for each content and each page.
        let engine = CopyEngine(window: 1, reportInterval: .zero, bytesPerFlush: 1)
        for number in 1...18 {
            try await check(pause, "\(stop) at report \(number)") { root, source, destination in
                let (reports, moving) = (Locked(0), ScriptedSource(source))
                let copy: @Sendable (@escaping @Sendable () -> Void) async throws -> Void = { cancel in
                    _ = try await engine.copy(root, from: moving, into: destination) { _ in
                        let isTheOne = reports.change { count in
                            count += 1
                            return count == number
                        }
                        guard isTheOne else { return }
                        guard stop == .cancellation else { throw Stopped() }
                        cancel()
                        try await waitForCancellation()
                    }
                }
                switch stop {
                case .error: await #expect(throws: Stopped.self) { try await copy {} }
                case .cancellation: await #expect(throws: CancellationError.self) { try await cancelling(copy) }
                }
                return moving.record
            }
        }
    }

    /// Stops a copy by `body`, lets `pause` happen, copies again, and compares.
    private func check(
        _ pause: Pause,
        _ place: String,
        _ body: (_ root: Digest, _ source: BlockStore, _ destination: BlockStore) async throws -> ScriptedSource.Record
    ) async throws {
        try await Place.withPool { pool in
            let (here, there) = (Place(pool: pool), Place(pool: pool))
            let source = try await here.open()
            var destination = try await there.open()
            let root = try await Self.disk.write(to: source)
            let contents = Set(Self.disk.numbers.map(ModelDisk.digest))
            var distinct = Set<Digest>()
            let pages = try await source.readRoot(root).entries.map(\.digest).filter { distinct.insert($0).inserted }

            let first = try await body(root, source, destination)
            #expect(try await destination.contains([root]).isEmpty, "\(place): the root shows before the end")
            let kept = try await destination.contains(Array(contents) + pages)
            // While a page is being moved the one before it may be being flushed, and those before that one are safe.
            let begun = pages.filter(first.pages.contains)
            #expect(kept.isSuperset(of: begun.dropLast(2)), "\(place): a checkpoint is missing")

            if pause == .powerCut {
                var generator = SeededGenerator(seed: UInt64(first.moves))
                there.disk.powerCut(using: &generator)
            }
            if pause != .nothing { destination = try await there.open() }

            let moving = ScriptedSource(source)
            let progress = try await engine.copy(root, from: moving, into: destination) { _ in }
            let second = moving.record
            #expect(second.moved.isDisjoint(with: kept), "\(place): blocks on the disk were moved again")
            #expect(second.pages.isDisjoint(with: kept), "\(place): pages on the disk were read again")
            #expect(first.moved.union(second.moved) == contents, "\(place)")
            if pause == .nothing { #expect(first.moved.isDisjoint(with: second.moved), "\(place): moved twice") }
            #expect(progress.bytesDone == Self.disk.dataBytes, "\(place)")
            #expect(progress.bytesMoved == Int64(second.moved.count * BlockSize.bytes), "\(place)")
            #expect(try await Self.disk.differences(to: root, in: destination) == [], "\(place)")
            #expect(try await there.damages(under: [root]) == [], "\(place)")
        }
    }
}
