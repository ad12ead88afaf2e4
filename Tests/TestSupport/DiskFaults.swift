import Glibc

/// How often a faulty disk fails, as a plan that a seed decides. Each number says "one call in so many"; 0 is never.
///
/// Whether a call fails depends on the seed, the kind of call and its ordinal alone. Threads that race for an ordinal can still change
/// which of them is hit.
package struct DiskFaults: Sendable {
    package var shortCalls = 0
    package var interruptions = 0
    package var failedReads = 0
    package var failedWrites = 0
    package var failedSyncs = 0
    /// Of creating and removing files and of syncing their names.
    package var failedNames = 0
    /// One spell of sixteen writes in so many finds the disk full; then there is space again.
    package var fullSpells = 0
    package var slowCalls = 0

    package init() {}

    /// Everything that a program must get over by itself.
    package static let rough: DiskFaults = {
        var faults = DiskFaults()
        faults.shortCalls = 6
        faults.interruptions = 9
        faults.slowCalls = 15
        return faults
    }()

    /// Rough, and now and then one of the failures that work ends with.
    package static func failing(oneIn count: Int) -> DiskFaults {
        var faults = rough
        faults.failedReads = count * 8
        faults.failedWrites = count
        faults.failedSyncs = count
        faults.failedNames = count
        faults.fullSpells = count
        return faults
    }

    /// To be given to `FaultyDisk.setFaults`.
    package func plan(seed: UInt64) -> @Sendable (FaultyDisk.Event) -> FaultyDisk.Fault? {
        { fault(in: $0.call, ordinal: $0.ordinal, count: $0.count, seed: seed) }
    }

    private func fault(in call: FaultyDisk.Call, ordinal: Int, count: Int, seed: UInt64) -> FaultyDisk.Fault? {
        var dice = SeededGenerator(seed: seed &+ UInt64(ordinal) &* 0x2545_f491_4f6c_dd1d &+ Self.number(of: call) << 56)
        switch call {
        case .open, .list:
            return nil
        case .create, .remove, .syncFolder:
            return dice.hits(failedNames) ? .error(dice.oneIn(2) ? EIO : ENOSPC) : nil
        case .read:
            if dice.hits(failedReads) { return .error(EIO) }
        case .write:
            var spell = SeededGenerator(seed: seed &+ UInt64(ordinal / 16))
            if spell.hits(fullSpells) { return .error(ENOSPC) }
            if dice.hits(failedWrites) { return .error(EIO) }
        case .punch:
            return dice.hits(failedWrites) ? .error(EIO) : nil
        case .sync:
            if dice.hits(failedSyncs) { return .error(EIO) }
        }
        if dice.hits(interruptions) { return .error(EINTR) }
        if dice.hits(slowCalls) { return .slow(others: Int.random(in: 1...12, using: &dice)) }
        return call != .sync && dice.hits(shortCalls) ? .short(max(1, count / Int.random(in: 2...5, using: &dice))) : nil
    }

    private static func number(of call: FaultyDisk.Call) -> UInt64 {
        switch call {
        case .create: 1
        case .open: 2
        case .remove: 3
        case .list: 4
        case .read: 5
        case .write: 6
        case .sync: 7
        case .syncFolder: 8
        case .punch: 9
        }
    }
}

extension SeededGenerator {
    /// As `oneIn`, but never for 0.
    fileprivate mutating func hits(_ count: Int) -> Bool { count > 0 && oneIn(count) }
}
