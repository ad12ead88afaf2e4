import Domain
import Metadata

/// The sessions of others, for who may see and end them.
extension ConsoleSessions {
    /// Those of a user of the caller's account, the latest first.
    ///
    /// - Throws: `Fault` `NoSuchEntity`.
    package func sessions(ofUser name: String, for call: Call) async throws -> [ConsoleSession] {
        let (account, now) = (call.account, call.now)
        return try await deployment.directory.read { transaction in
            let person = try Self.person(name, of: account, in: transaction)
            return try ConsoleSessionTable(transaction).sessions(of: person).filter { now < $0.expiresAt }
        }
    }

    /// Ends one of a user's sessions; all of them, and links that nobody has followed yet, without one.
    ///
    /// - Returns: how many there were.
    /// - Throws: `Fault` `NoSuchEntity`, of the user as of the session.
    package func end(_ id: String?, ofUser name: String, for call: Call) async throws -> Int {
        let account = call.account
        return try await deployment.directory.write { transaction in
            let table = ConsoleSessionTable(transaction)
            let person = try Self.person(name, of: account, in: transaction)
            guard let id else { return try table.deleteAll(of: person) }
            guard try table.sessions(of: person).contains(where: { $0.id == id }), try table.delete(id) else {
                throw Fault(.noSuchEntity, "The user \(name) has no console session \(id.prefix(64)).")
            }
            return 1
        }
    }

    private static func person(_ name: String, of account: AccountID, in transaction: Transaction) throws -> ConsoleSession.Person {
        guard let user = try IAMIdentityTable(transaction).find(.user, name, of: account) else { throw Fault.noSuchEntity(.user, name) }
        let kind = Principal.Kind.user(Principal.UserName(id: user.id, path: user.path, name: user.name))
        return ConsoleSession.Person(Principal(account: account, accessKeyID: "", kind: kind))
    }
}
