import Blocks
import Domain
import Glibc
import Synchronization
import TestSupport
import Testing
import Transfer

/// A destination whose disk fails at any call: the copy fails, and completes when the disk works again.
@Suite struct FailingDestinationTests {
    private let engine = CopyEngine(window: 3, reportInterval: .zero, bytesPerFlush: 1)
    private let disk = ModelDisk(volumeBlocks: 3 * 1024, blocks: [0: 1, 7: 2, 8: 3, 1030: 4, 1031: 1, 2100: 5, 2101: 6])

    enum Fullness: CaseIterable, Sendable {
        /// From a write on, until space is freed.
        case lasting
        /// For one write only, as when another process frees space.
        case once
    }

    @Test(arguments: Fullness.allCases)
    func fullAtEachAppend(fullness: Fullness) async throws {
        try await Place.withPool { pool in
            let source = try await Place(pool: pool).open()
            let root = try await disk.write(to: source)
            let whole = Place(pool: pool)
            _ = try await engine.copy(root, from: StoreSource(source), into: try await whole.open()) { _ in }
            let writes = whole.disk.count(of: .write)
            // Six contents, three pages, a root and the pack's header.
            #expect(writes == 11)
            for number in 1...writes {
                let there = Place(pool: pool)
                let destination = try await there.open()
                there.disk.setFaults { event in
                    guard event.call == .write else { return nil }
                    let fails = fullness == .once ? event.ordinal == number : event.ordinal >= number
                    return fails ? .error(ENOSPC) : nil
                }
                await expectStoreError(.noSpace, what: "at write \(number)") {
                    _ = try await engine.copy(root, from: StoreSource(source), into: destination) { _ in }
                }
                there.disk.setFaults(nil)
                try await checkRecovery(root, from: source, in: destination, at: there, "full at write \(number)")
            }
        }
    }

    /// After a failed sync nobody knows what is on the disk: everything since the last one is moved again.
    @Test func aFailedSyncOrCommitAtEachPlace() async throws {
        try await Place.withPool { pool in
            let source = try await Place(pool: pool).open()
            let root = try await disk.write(to: source)
            // Flushes of neighbouring pages may meet; of three pages and a root, three rounds are always left,
            // and a new pack is synced when it is made.
            for (call, numbers) in [(FaultyDisk.Call.sync, 1...4), (.syncFolder, 1...1)] {
                for number in numbers {
                    let there = Place(pool: pool)
                    let destination = try await there.open()
                    there.disk.setFaults { $0.call == call && $0.ordinal == number ? .error(EIO) : nil }
                    // Of a pack that is being made nothing is lost yet, so that is told as the failed call.
                    await expectStoreError(.lostWrites, .io, what: "at \(call) \(number)") {
                        _ = try await engine.copy(root, from: StoreSource(source), into: destination) { _ in }
                    }
                    there.disk.setFaults(nil)
                    try await checkRecovery(root, from: source, in: destination, at: there, "\(call) \(number) failed")
                }
            }
            for number in 1...3 {
                let there = Place(pool: pool)
                let destination = try await there.open()
                there.index.failCommits { $0 == number ? IndexFull() : nil }
                await expectStoreError(.lostWrites, what: "at commit \(number)") {
                    _ = try await engine.copy(root, from: StoreSource(source), into: destination) { _ in }
                }
                there.index.failCommits(nil)
                try await checkRecovery(root, from: source, in: destination, at: there, "commit \(number) failed")
            }
        }
    }

    private struct IndexFull: Error {}

    private func checkRecovery(_ root: Digest, from source: BlockStore, in destination: BlockStore, at place: Place, _ what: String)
        async throws
    {
        #expect(try await destination.contains([root]).isEmpty, "\(what)")
        #expect(try await place.damages(under: []) == [], "\(what)")
        let again = try await engine.copy(root, from: StoreSource(source), into: destination) { _ in }
        #expect(again.bytesDone == disk.dataBytes, "\(what)")
        #expect(try await disk.differences(to: root, in: destination) == [], "\(what)")
        #expect(try await place.damages(under: [root]) == [], "\(what)")
        #expect(try await disk.differences(to: root, in: try await place.open()) == [], "\(what)")
    }
}
