/// One copy on a link.
package struct LinkFlow: Sendable {
    let link: Link
    let id: LinkSchedule.FlowID

    /// Moves bytes by `body` when it is this copy's turn. Throws `CancellationError` at once when the task is cancelled while it waits.
    package func paced<Value>(_ bytes: Int, _ body: () async throws -> Value) async throws -> Value {
        guard !link.isFree else { return try await body() }
        try await link.admit(bytes, for: id)
        defer { link.ended() }
        return try await body()
    }

    /// Tells how far the copy is, with what it found there already.
    package func reached(_ bytesDone: Int64) { link.reached(bytesDone, id) }

    /// The copy has ended, one way or the other.
    package func leave() { link.leave(id) }
}
