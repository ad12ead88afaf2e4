import Foundation
import Synchronization

/// The rows that a reconciler is driving at this moment, and their leases.
final class RunningRows<Row: Identifiable & Sendable>: Sendable where Row.ID: Comparable & Sendable {
    private struct Entry {
        let row: Row
        var leaseUntil: Date
        let stop: AsyncStream<Never>.Continuation
    }

    private let entries = Mutex<[Row.ID: Entry]>([:])

    // None is inlined: around an `await` a task may go on on another thread, and an inlined lock has been seen to be left by the wrong one.

    /// As they were when their drives began.
    @inline(never) var rows: [Row] { entries.withLock { $0.values.map(\.row) } }

    /// Takes a row in. Returns a stream that ends when its drive is to stop.
    @inline(never) func start(_ row: Row, leaseUntil: Date) -> AsyncStream<Never> {
        let (stream, stop) = AsyncStream<Never>.makeStream()
        entries.withLock { $0[row.id] = Entry(row: row, leaseUntil: leaseUntil, stop: stop) }
        return stream
    }

    @inline(never) func end(_ id: Row.ID) { entries.withLock { _ = $0.removeValue(forKey: id) } }

    /// Those whose lease ends before a date.
    @inline(never) func leases(endingBefore date: Date) -> [Row.ID] {
        entries.withLock { entries in entries.filter { $1.leaseUntil < date }.keys.sorted() }
    }

    @inline(never) func setLease(of id: Row.ID, until date: Date) { entries.withLock { $0[id]?.leaseUntil = date } }

    /// Tells all but these to stop.
    @inline(never) func stopAll(but wanted: Set<Row.ID>) {
        let stops = entries.withLock { entries in entries.filter { !wanted.contains($0.key) }.map(\.value.stop) }
        for stop in stops { stop.finish() }
    }
}
