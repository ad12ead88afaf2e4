import NIOPosix

/// Threads for calls that block: reading and writing files, and the hashing that goes with it.
///
/// One hop carries everything that a block needs, because a hop costs as much as reading half a block.
package final class FilePool: Sendable {
    private let threads: NIOThreadPool

    package init(threads count: Int = 4) {
        threads = NIOThreadPool(numberOfThreads: count)
        threads.start()
    }

    package func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await threads.runIfActive(body)
    }

    package func shutdown() async throws {
        try await threads.shutdownGracefully()
    }
}
