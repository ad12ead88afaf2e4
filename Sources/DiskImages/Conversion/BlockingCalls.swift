import Dispatch
import Synchronization

/// Threads for calls that wait for a disk or for another process.
enum BlockingCalls {
    /// Whether the task that waits was cancelled: what runs on a thread of its own cannot ask `Task`.
    final class Cancellation: Sendable {
        private let flag = Atomic(false)

        var isRequested: Bool { flag.load(ordering: .relaxed) }

        fileprivate func request() { flag.store(true, ordering: .relaxed) }
    }

    private static let queue = DispatchQueue(label: "ferry.disk-images", attributes: .concurrent)

    /// Returns what the body does. A body that ends early because it was cancelled may return or throw anything: the caller gets the
    /// cancellation.
    static func run<Value: Sendable>(_ body: @escaping @Sendable (Cancellation) throws -> Value) async throws -> Value {
        let cancellation = Cancellation()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { done in queue.async { done.resume(returning: Result { try body(cancellation) }) } }
        } onCancel: {
            cancellation.request()
        }
        try Task.checkCancellation()
        return try result.get()
    }
}
