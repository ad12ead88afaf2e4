/// Runs `body` for every element, at most `limit` at a time, with the elements taken as places become free.
///
/// The first error cancels the rest and is thrown. A cancelled call throws `CancellationError`: it never returns as if it had finished.
package func forEach<Elements: AsyncSequence & Sendable>(
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

/// The same, of elements that are there already.
package func forEach<Elements: Sequence & Sendable>(
    _ elements: Elements,
    limit: Int,
    _ body: @escaping @Sendable (Elements.Element) async throws -> Void
) async throws where Elements.Element: Sendable {
    try await forEach(Present(elements), limit: limit, body)
}

/// A sequence as one that could be waited for.
private struct Present<Base: Sequence & Sendable>: AsyncSequence, Sendable where Base.Element: Sendable {
    struct AsyncIterator: AsyncIteratorProtocol {
        var base: Base.Iterator

        mutating func next() async -> Base.Element? { base.next() }
    }

    private let base: Base

    init(_ base: Base) { self.base = base }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(base: base.makeIterator()) }
}
