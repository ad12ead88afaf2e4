/// Runs `body` for every element, at most `limit` at a time, with the elements taken as places become free.
///
/// The first error cancels the rest and is thrown. A cancelled call throws `CancellationError`: it never returns as if it had finished.
func forEachBounded<Elements: AsyncSequence & Sendable>(
    _ elements: Elements,
    limit: Int,
    _ body: @escaping @Sendable (Elements.Element) async throws -> Void
) async throws where Elements.Element: Sendable {
    precondition(limit > 0)
    try await withThrowingTaskGroup(of: Void.self) { group in
        var running = 0
        for try await element in elements {
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
