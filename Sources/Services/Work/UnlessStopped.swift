/// Runs `body`, and cancels it and throws `error` when the stream ends: work that waits would not ask for a long time.
func unlessStopped<Value: Sendable>(
    by stop: AsyncStream<Never>,
    throwing error: some Error,
    _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask(operation: body)
        group.addTask {
            for await _ in stop {}
            try Task.checkCancellation()
            throw error
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw CancellationError() }
        return value
    }
}
