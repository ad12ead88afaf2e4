import Domain
import Metadata

/// An access key that was just made: nobody can read its secret again.
package struct NewAccessKey: Sendable {
    package let id: String
    package let secret: String

    /// A new one, as AWS makes them.
    package static func random() -> NewAccessKey { NewAccessKey(id: AccessKey.randomID(), secret: DirectorySecrets.newSecret()) }

    /// One that goes with a session token.
    static func temporary(of account: AccountID) -> NewAccessKey {
        NewAccessKey(id: TemporaryKeyID.random(of: account), secret: DirectorySecrets.newSecret())
    }
}

/// The access keys of the root users of accounts, as the management account makes them.
package struct RootAccessKeys: Sendable {
    private let call: Call

    package init(_ call: Call) { self.call = call }

    /// Only the root user of the management account makes them: who has one can do everything in the account.
    package func create(for account: AccountID) async throws -> NewAccessKey {
        guard call.principal.kind == .rootUser else { throw Fault.notManagementAccount }
        let (secrets, now) = (call.deployment.secrets, call.now)
        let key = NewAccessKey.random()
        try await Organizations(call).write { rows in
            guard try rows.requireAccount(account).status == .active else {
                throw Fault(.accountAlreadyClosed, "The account is closed: it gets no new access key.")
            }
            let row = AccessKey(id: key.id, account: account, userID: nil, createdAt: now)
            try AccessKeyTable(rows.transaction).insert(row, sealed: secrets.sealed(key.secret, of: key.id))
        }
        return key
    }
}
