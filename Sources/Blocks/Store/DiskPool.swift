import NIOPosix

/// Threads for work that blocks: disk, hashing, compression. One hop there and back costs 18–40 µs, so a block takes one.
package final class DiskPool: Sendable {
    private let threads: NIOThreadPool

    /// Starts the threads.
    package init(threads count: Int = 4) {
        threads = NIOThreadPool(numberOfThreads: count)
        threads.start()
    }

    /// Runs `body` on a thread of the pool. A task that is cancelled before its turn does not run it; once begun it runs to its end,
    /// and its result is returned.
    package func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try Task.checkCancellation()
        return try await runToEnd(body)
    }

    /// As `run`, but deaf to cancellation: for steps that others wait for. Throws `StoreError.closed` after `shutdown`.
    func runToEnd<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            threads.submit { state in
                switch state {
                case .active: continuation.resume(with: Result { try body() })
                case .cancelled: continuation.resume(throwing: StoreError(.closed, "the disk pool is shut down"))
                }
            }
        }
    }

    /// Stops the threads when they have finished what they are at. The pool cannot be used afterwards.
    package func shutdown() async throws { try await threads.shutdownGracefully() }
}
