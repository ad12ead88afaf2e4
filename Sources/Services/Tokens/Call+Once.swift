import Domain
import Metadata

/// An action whose calls can be made again with a client token (docs/repeated-calls.md).
struct RepeatableAction: Sendable {
    /// Client tokens are an action's own.
    let name: String
    /// When the token came with other parameters before.
    var mismatch = Fault(
        .idempotentParameterMismatch,
        "The client token was used before with other parameters: use a new token for a new request"
    )
}

extension Call {
    /// Makes something, unless a call with this token has made it already: then that is the answer.
    ///
    /// - Parameters:
    ///   - find: what an earlier call has made, by its id; nil when there is nothing left to answer with.
    ///   - check: what can be refused before anything is written.
    ///   - make: writes it down. Returns its id and the answer.
    func once<Checked: Sendable, Made: Sendable>(
        _ action: RepeatableAction,
        with token: ClientToken?,
        find: @escaping @Sendable (String, Transaction) throws -> Made?,
        check: () async throws -> Checked,
        make: @escaping @Sendable (Checked, Transaction) throws -> (id: String, made: Made)
    ) async throws -> Made {
        let (account, now) = (account, now)
        @Sendable func replay(_ transaction: Transaction) throws -> Made? {
            let known = try token?.replayedResource(of: action.name, account: account, mismatch: action.mismatch, in: transaction)
            return try known.flatMap { try find($0, transaction) }
        }
        if token != nil, let made = try await store.database.read(replay) { return made }
        let checked = try await check()
        return try await commit { transaction in
            // Again inside the transaction: of two calls with one token, the second finds what the first has made.
            if let made = try replay(transaction) { return made }
            let (id, made) = try make(checked, transaction)
            try token?.remember(id, of: action.name, account: account, at: now, in: transaction)
            return made
        }
    }
}
