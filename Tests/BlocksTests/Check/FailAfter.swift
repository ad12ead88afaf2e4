import Blocks
import Synchronization

/// Fails from the n-th time on.
final class FailAfter: Sendable {
    private let left: Mutex<Int>

    init(_ count: Int) { left = Mutex(count) }

    func next() -> (any Error)? {
        left.withLock { left in
            left -= 1
            return left > 0 ? nil : IOFailure(call: "commit", path: "index", errno: 5)
        }
    }
}

extension Result where Failure == any Error {
    /// What an asynchronous call came to.
    static func of(_ body: () async throws -> Success) async -> Result {
        do {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }
}
