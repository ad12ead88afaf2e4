import Metadata

/// A dry run goes the way of the call itself, so that no rule can hold for one and not for the other: it ends where the call would begin to
/// change something, after every check.
extension Call {
    /// Runs a use case as a dry run. Whatever it would refuse is thrown; nothing is changed.
    package func rehearse(_ body: (Call) async throws -> Void) async throws {
        do {
            try await body(asDryRun())
        } catch is RehearsalEnded {
            return
        }
    }

    /// Writes what the call changes, with the checks that are made beside it. A dry run makes them too, undoes its rows and ends.
    func commit<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
        let value = try await prepare(in: store.database, body)
        try endRehearsal()
        return value
    }

    /// Writes what must be there before the call can commit. A dry run undoes its rows and goes on.
    func prepare<Value: Sendable>(
        in database: Database,
        _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        try await isDryRun ? database.rehearse(body) : database.write(body)
    }

    /// Where a dry run ends that would do costly work next and commits nothing.
    func endRehearsal() throws {
        guard !isDryRun else { throw RehearsalEnded() }
    }
}

/// A dry run has passed all checks.
private struct RehearsalEnded: Error, CustomStringConvertible {
    var description: String { "the dry run has passed" }
}
