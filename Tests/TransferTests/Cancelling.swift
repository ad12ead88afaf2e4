/// Returns never, but throws when the task is cancelled.
func waitForCancellation() async throws {
    while true { try await Task.sleep(for: .seconds(3600)) }
}

/// Runs work and cancels it when the work asks for that.
func cancelling<Result: Sendable>(
    _ work: @escaping @Sendable (_ cancel: @escaping @Sendable () -> Void) async throws -> Result
) async throws -> Result {
    let (requests, request) = AsyncStream<Void>.makeStream()
    return try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask {
            defer { request.finish() }
            return try await work { request.yield() }
        }
        for await _ in requests {
            group.cancelAll()
            break
        }
        guard case .some(.some(let result)) = try await group.next() else { throw CancellationError() }
        return result
    }
}
