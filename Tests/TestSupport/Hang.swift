import Testing

extension Trait where Self == TimeLimitTrait {
    /// Ends a test that will never end. No test depends on how fast the machine is, so this is far beyond what any of them takes.
    package static var againstHangs: Self { .timeLimit(.minutes(20)) }
}

/// A state that was waited for and did not come.
package struct NotReached: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) {
        self.description = description
    }
}

/// Waits until something holds, and throws when it will not come any more.
package func until(_ what: String, _ holds: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(600)
    while try await !holds() {
        guard ContinuousClock.now < deadline else { throw NotReached(description: "not reached: \(what)") }
        try await Task.sleep(for: .milliseconds(2))
    }
}
