import Foundation
import Synchronization

/// The rows that a reconciler is driving at this moment, and their leases.
package final class RunningRows<Row: Identifiable & Sendable>: Sendable where Row.ID: Comparable & Sendable {
    private struct Entry {
        let row: Row
        var leaseUntil: Date
        /// Whether its drive is saving its end, and needs no telling that the row is no longer wanted.
        var isEnding = false
        let stop: AsyncStream<Never>.Continuation
    }

    private let entries = Mutex<[Row.ID: Entry]>([:])

    package init() {}

    // None is inlined: around an `await` a task may go on on another thread, and an inlined lock has been seen to be left by the wrong one.

    /// As they were when their drives began.
    @inline(never) package var rows: [Row] { entries.withLock { $0.values.map(\.row) } }

    /// Takes a row in. Returns a stream that ends when its drive is to stop.
    @inline(never) package func start(_ row: Row, leaseUntil: Date) -> AsyncStream<Never> {
        let (stream, stop) = AsyncStream<Never>.makeStream()
        entries.withLock { $0[row.id] = Entry(row: row, leaseUntil: leaseUntil, stop: stop) }
        return stream
    }

    @inline(never) package func end(_ id: Row.ID) { entries.withLock { _ = $0.removeValue(forKey: id) } }

    /// Those whose lease ends before a date.
    @inline(never) package func leases(endingBefore date: Date) -> [Row.ID] {
        entries.withLock { entries in entries.filter { $1.leaseUntil < date }.keys.sorted() }
    }

    @inline(never) package func note(_ change: HeldLease.Change, of id: Row.ID) {
        entries.withLock { entries in
            switch change {
            case .renewed(let date): entries[id]?.leaseUntil = date
            case .ending: entries[id]?.isEnding = true
            case .kept: entries[id]?.isEnding = false
            }
        }
    }

    /// Tells all but these to stop, and but those that are about to end by themselves: a row that its own drive has just finished is wanted no
    /// more, and yet nobody has stopped it.
    ///
    /// - Returns: those that were told.
    @discardableResult
    @inline(never) package func stopAll(but wanted: Set<Row.ID>) -> Set<Row.ID> {
        let told = entries.withLock { entries in entries.filter { !wanted.contains($0.key) && !$0.value.isEnding } }
        for entry in told.values { entry.stop.finish() }
        return Set(told.keys)
    }
}
