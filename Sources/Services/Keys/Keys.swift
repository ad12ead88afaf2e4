import Domain
import Metadata

/// What KMS does, on behalf of one caller in one Region. Each group of actions is an extension in a file of its own.
package struct Keys: Sendable {
    let call: Call

    package init(_ call: Call) { self.call = call }

    var ring: KeyRing { call.keyRing }
    var authorization: KeyAuthorization { KeyAuthorization(principal: call.principal) }

    /// Finds a key that the caller may do this with.
    ///
    /// - Parameter aliases: whether the action takes aliases; many take key ids and key ARNs alone.
    func find(_ reference: String, for operation: String, aliases: Bool = false) async throws -> KMSKey {
        if !aliases { try Self.requireNoAlias(reference) }
        let key = try await ring.find(reference, account: call.account, isBounded: !KeyAuthorization.reachesOtherAccounts(operation))
        try authorization.require(operation, on: key)
        return key
    }

    /// Changes a key in one transaction. When its state changes, holders of data keys are told before the answer goes out.
    @discardableResult
    func change(
        _ reference: String,
        for operation: String,
        _ body: @escaping @Sendable (inout KMSKey, Transaction) throws -> Void
    ) async throws -> KMSKey {
        let found = try await find(reference, for: operation)
        let ring = ring
        let (before, after) = try await call.commit { transaction in
            let table = KeyTable(transaction, in: ring.region)
            guard let before = try table.key(found.id) else { throw KeyUnusable(found.arn, .notFound) }
            var key = before
            try body(&key, transaction)
            if key != before { try table.update(key) }
            return (before, key)
        }
        if before.state != after.state { ring.noteChange() }
        return after
    }

    private static func requireNoAlias(_ reference: String) throws {
        switch try KeyReference(reference) {
        case .key: return
        case .alias(let name): throw Fault(.notFound, "Invalid keyId '\(name)'")
        case .arn(let arn):
            guard case .alias = arn.resource else { return }
            throw Fault(.invalidArn, "Key Aliases are not supported for this operation.")
        }
    }
}
