import Synchronization

/// What a store has done since it was opened: counts for benchmarks, tests and metrics.
package final class StoreStatistics: Sendable {
    /// The counters at one moment.
    package struct Counts: Hashable, Sendable {
        package var bytesHashed: UInt64 = 0
        package var bytesAppended: UInt64 = 0
        package var bytesRead: UInt64 = 0
        package var framesAppended: UInt64 = 0
        /// Puts and copies that found their content there already.
        package var framesPresent: UInt64 = 0
        package var framesRead: UInt64 = 0
        /// fdatasync of packs in flushes.
        package var syncs: UInt64 = 0
        package var indexCommits: UInt64 = 0
        package var packsCreated: UInt64 = 0
        /// Times that writes were lost.
        package var epochs: UInt64 = 0
    }

    private let bytesHashed = Atomic<UInt64>(0)
    private let bytesAppended = Atomic<UInt64>(0)
    private let bytesRead = Atomic<UInt64>(0)
    private let framesAppended = Atomic<UInt64>(0)
    private let framesPresent = Atomic<UInt64>(0)
    private let framesRead = Atomic<UInt64>(0)
    private let syncs = Atomic<UInt64>(0)
    private let indexCommits = Atomic<UInt64>(0)
    private let packsCreated = Atomic<UInt64>(0)
    private let epochs = Atomic<UInt64>(0)

    package var counts: Counts {
        Counts(
            bytesHashed: bytesHashed.load(ordering: .relaxed),
            bytesAppended: bytesAppended.load(ordering: .relaxed),
            bytesRead: bytesRead.load(ordering: .relaxed),
            framesAppended: framesAppended.load(ordering: .relaxed),
            framesPresent: framesPresent.load(ordering: .relaxed),
            framesRead: framesRead.load(ordering: .relaxed),
            syncs: syncs.load(ordering: .relaxed),
            indexCommits: indexCommits.load(ordering: .relaxed),
            packsCreated: packsCreated.load(ordering: .relaxed),
            epochs: epochs.load(ordering: .relaxed)
        )
    }

    func hashed(_ bytes: Int) { bytesHashed.add(UInt64(bytes), ordering: .relaxed) }
    func present() { framesPresent.add(1, ordering: .relaxed) }
    func synced() { syncs.add(1, ordering: .relaxed) }
    func committed() { indexCommits.add(1, ordering: .relaxed) }
    func createdPack() { packsCreated.add(1, ordering: .relaxed) }
    func lost() { epochs.add(1, ordering: .relaxed) }

    func appended(_ bytes: Int) {
        framesAppended.add(1, ordering: .relaxed)
        bytesAppended.add(UInt64(bytes), ordering: .relaxed)
    }

    func read(_ bytes: Int) {
        framesRead.add(1, ordering: .relaxed)
        bytesRead.add(UInt64(bytes), ordering: .relaxed)
    }
}
