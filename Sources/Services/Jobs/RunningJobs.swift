import Domain
import Foundation
import Synchronization

/// The jobs that are being driven in this process.
final class RunningJobs: Sendable {
    private struct Entry {
        let kind: JobWork.Kind
        /// Nil for one that is being undone: that is not stopped.
        let stop: AsyncStream<Never>.Continuation?
    }

    private let entries = Mutex<[String: Entry]>([:])
    private let forgotten = Mutex(Date.distantPast)

    /// True once an hour.
    func isTimeToForget(at now: Date) -> Bool {
        forgotten.withLock { last in
            guard now.timeIntervalSince(last) > 3_600 else { return false }
            last = now
            return true
        }
    }

    /// Gives a job a place. Returns a stream that ends when it is to stop; nil when it runs already or its kind has no place.
    func begin(_ job: Job, atMost limit: Int) -> AsyncStream<Never>? {
        let (stream, stop) = AsyncStream<Never>.makeStream()
        let kind = job.work.kind
        let isNew = entries.withLock { entries in
            guard entries[job.id] == nil, entries.values.count(where: { $0.kind == kind }) < limit else { return false }
            entries[job.id] = Entry(kind: kind, stop: job.state == .active ? stop : nil)
            return true
        }
        return isNew ? stream : nil
    }

    func end(_ id: String) { entries.withLock { _ = $0.removeValue(forKey: id) } }

    func stopAll(but wanted: Set<String>) {
        let stops = entries.withLock { entries in entries.filter { !wanted.contains($0.key) }.compactMap(\.value.stop) }
        for stop in stops { stop.finish() }
    }
}
