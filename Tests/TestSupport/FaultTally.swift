import Synchronization

/// What a test did to a disk, an index or a link.
package enum InjectedFault: String, Sendable, CaseIterable, Comparable {
    case bitFlip = "bits flipped at rest"
    case corruptAnswer = "answers corrupted"
    case cutLink = "links cut"
    case failedCommit = "index commits failed"
    case failedRead = "reads failed"
    case failedSync = "syncs failed"
    case failedWrite = "writes failed"
    case fullDisk = "writes to a full disk"
    case interruption = "calls interrupted"
    case kill = "processes killed"
    case lostName = "unsynced file names lost"
    case lostWrite = "unsynced sectors lost"
    case oldIndex = "indexes restored from before"
    case powerCut = "power cuts"
    case reorderedAnswer = "answers out of order"
    case returnedFile = "removed files back after a power cut"
    case shortCall = "short reads and writes"
    case slowAnswer = "slow answers"
    case slowCall = "slow disk calls"
    case stalledLink = "links stalled"
    case tornWrite = "writes torn"
    case truncatedAnswer = "answers cut short"
    case wrongAnswer = "answers to another request"

    package static func < (left: InjectedFault, right: InjectedFault) -> Bool { left.rawValue < right.rawValue }
}

/// Counts what was injected: a test that injected nothing has shown nothing.
package final class FaultTally: Sendable {
    private let counts = Mutex<[InjectedFault: Int]>([:])

    package init() {}

    package func add(_ fault: InjectedFault, _ count: Int = 1) {
        guard count > 0 else { return }
        counts.withLock { $0[fault, default: 0] += count }
    }

    package func count(of fault: InjectedFault) -> Int { counts.withLock { $0[fault] ?? 0 } }

    package var total: Int { counts.withLock { $0.values.reduce(0, +) } }

    /// Such as `3 power cuts, 17 syncs failed`.
    package var text: String {
        let counts = counts.withLock { $0 }
        return counts.keys.sorted().map { "\(counts[$0] ?? 0) \($0.rawValue)" }.joined(separator: ", ")
    }
}
