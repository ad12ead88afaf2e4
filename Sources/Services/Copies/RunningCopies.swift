import Domain
import Foundation
import Synchronization

/// The copies that a reconciler is driving at this moment, and their leases.
final class RunningCopies: Sendable {
    private struct Entry {
        let source: Region
        /// `nil` when the lease is not to be renewed any more.
        var leaseUntil: Date?
        let stop: AsyncStream<Never>.Continuation
    }

    private let entries = Mutex<[CopyID: Entry]>([:])

    /// How many come from each Region.
    var countsBySource: [Region: Int] {
        entries.withLock { entries in entries.values.reduce(into: [:]) { $0[$1.source, default: 0] += 1 } }
    }

    /// Takes a copy in. Returns a stream that ends when the copy is to stop, `nil` when the copy is being driven already.
    func start(_ copy: SnapshotCopy, leaseUntil: Date) -> AsyncStream<Never>? {
        let (stream, stop) = AsyncStream<Never>.makeStream()
        let isNew = entries.withLock { entries in
            guard entries[copy.id] == nil else { return false }
            entries[copy.id] = Entry(source: copy.sourceRegion, leaseUntil: leaseUntil, stop: stop)
            return true
        }
        return isNew ? stream : nil
    }

    func end(_ id: CopyID) { entries.withLock { _ = $0.removeValue(forKey: id) } }

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
