/// Runs `body` for every element, at most `limit` at a time.
///
/// The first error cancels the rest and is thrown. A cancelled call throws `CancellationError`: it never returns as if it had finished.
package func forEach<Element: Sendable>(
    _ elements: some Sequence<Element>,
    limit: Int,
    _ body: @escaping @Sendable (Element) async throws -> Void
) async throws {
    precondition(limit > 0)
    try await withThrowingTaskGroup(of: Void.self) { group in
        var running = 0
        for element in elements {
            if running == limit {
                try await group.next()
                running -= 1
            }
            try Task.checkCancellation()
            group.addTask { try await body(element) }
            running += 1
        }
        try await group.waitForAll()
    }
    try Task.checkCancellation()
}
