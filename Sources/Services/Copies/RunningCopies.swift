import Domain
import Foundation
import Synchronization

/// The copies that a reconciler is driving at this moment, and their leases.
final class RunningCopies: Sendable {
    private struct Entry {
        let source: Region
        let type: TransferType
        let target: CompletionTarget?
        /// Whether it has been told that the copy is late.
        var isToldLate = false
        /// `nil` when the lease is not to be renewed any more.
        var leaseUntil: Date?
        let stop: AsyncStream<Never>.Continuation
    }

    private let entries = Mutex<[CopyID: Entry]>([:])

    /// How many of a kind come from a Region.
    func count(of type: TransferType, from source: Region) -> Int {
        entries.withLock { entries in entries.values.count { $0.source == source && $0.type == type } }
    }

    /// Takes a copy in. Returns a stream that ends when the copy is to stop, `nil` when the copy is being driven already.
    func start(_ copy: SnapshotCopy, leaseUntil: Date) -> AsyncStream<Never>? {
        let (stream, stop) = AsyncStream<Never>.makeStream()
        let isNew = entries.withLock { entries in
            guard entries[copy.id] == nil else { return false }
            entries[copy.id] = Entry(
                source: copy.sourceRegion,
                type: copy.transferType,
                target: copy.target,
                leaseUntil: leaseUntil,
                stop: stop
            )
            return true
        }
        return isNew ? stream : nil
    }

    func end(_ id: CopyID) { entries.withLock { _ = $0.removeValue(forKey: id) } }

    /// The time-based ones that are late, each once.
    func newlyLate(at now: Date) -> [CopyID] {
        entries.withLock { entries in
            let late = entries.filter { !$1.isToldLate && $1.target?.isOverdue(at: now) == true }.keys
            for id in late { entries[id]?.isToldLate = true }
            return late.sorted { $0.rawValue < $1.rawValue }
        }
    }

    /// Whether a copy is late and nobody has told yet.
    func isNewlyLate(_ id: CopyID, at now: Date) -> Bool {
        entries.withLock { entries in
            guard let entry = entries[id], !entry.isToldLate, entry.target?.isOverdue(at: now) == true else { return false }
            entries[id]?.isToldLate = true
            return true
        }
    }

    /// Those whose lease ends before a date, and is to be renewed.
    func leases(endingBefore date: Date) -> [CopyID] {
        entries.withLock { entries in
            entries.compactMap { id, entry in entry.leaseUntil.map { $0 < date } == true ? id : nil }.sorted { $0.rawValue < $1.rawValue }
        }
    }

    /// The lease now ends at a date; with `nil` whoever drives the copy is about to give it up.
    func setLease(of id: CopyID, until date: Date?) {
        entries.withLock { entries in
            // Given up is given up: a renewal that was on its way does not bring it back.
            guard entries[id]?.leaseUntil != nil else { return }
            entries[id]?.leaseUntil = date
        }
    }

    /// Tells all but these to stop.
    func stopAll(but wanted: Set<CopyID>) {
        let stops = entries.withLock { entries in entries.filter { !wanted.contains($0.key) }.map(\.value.stop) }
        for stop in stops { stop.finish() }
    }
}
