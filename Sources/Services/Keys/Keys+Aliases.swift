import Domain
import Metadata

/// An alias in a listing; without one, the name stands ready for a key that is made when it is first asked for.
package struct ListedAlias: Sendable {
    package let name: AliasName
    package let alias: KeyAlias?
}

extension Keys {
    package func createAlias(_ text: String, for reference: String) async throws {
        let name = try Self.aliasName(text)
        guard !name.rawValue.contains(":") else {
            throw Fault(.validationException, "\(name) contains invalid characters for an alias")
        }
        let key = try await aliasTarget(reference, for: "CreateAlias")
        let alias = KeyAlias(name: name, account: call.account, target: key.id, createdAt: call.now, updatedAt: call.now)
        let region = call.region
        let max = try await call.quota(.aliasesOfKey, of: key.account)
        try await call.commit { transaction in
            let table = AliasTable(transaction)
            guard try table.alias(name, of: alias.account) == nil else {
                throw Fault(.alreadyExists, "An alias with the name \(alias.arn(in: region)) already exists")
            }
            try Self.requireTarget(key, in: region, aliasesMax: max, transaction)
            try table.insert(alias)
        }
    }

    /// Moves an alias to another key of the same kind.
    package func updateAlias(_ text: String, to reference: String) async throws {
        let name = try Self.aliasName(text)
        let key = try await aliasTarget(reference, for: "UpdateAlias")
        let (now, region) = (call.now, call.region)
        let known = try await alias(name)
        let max = try await call.quota(.aliasesOfKey, of: key.account)
        try await call.commit { transaction in
            let table = AliasTable(transaction)
            guard var alias = try table.alias(name, of: known.account) else { throw Self.noAlias(known, in: region) }
            guard let former = try KeyTable(transaction, in: region).key(alias.target) else { throw Self.noAlias(known, in: region) }
            guard former.usage == key.usage, former.spec.isSymmetric == key.spec.isSymmetric else {
                throw Fault(
                    .validationException,
                    "Alias \(name) cannot move from a key of usage \(former.usage.rawValue) to one of another kind, \(key.usage.rawValue)"
                )
            }
            if alias.target != key.id { try Self.requireTarget(key, in: region, aliasesMax: max, transaction) }
            alias.target = key.id
            alias.updatedAt = now
            try table.update(alias)
        }
    }

    package func deleteAlias(_ text: String) async throws {
        let known = try await alias(Self.aliasName(text))
        let region = call.region
        try await call.commit { transaction in
            guard let alias = try AliasTable(transaction).alias(known.name, of: known.account) else {
                throw Self.noAlias(known, in: region)
            }
            try AliasTable(transaction).delete(alias)
        }
    }

    /// The account's aliases by name; with a key, its own. Those of keys that Ferry manages are among them before their key is made.
    package func aliases(of reference: String?, _ page: KeyPageRequest) async throws -> Page<ListedAlias> {
        var key: KeyID?
        if let reference { key = try await find(reference, for: "ListAliases").id }
        let (target, account, database) = (key, call.account, call.store.database)
        return try await page.page(of: "aliases/\(target?.rawValue ?? "")", in: call, standard: 50, max: 100, place: \.name.rawValue) {
            place,
            limit in
            let (aliases, made) = try await database.read { transaction in
                let table = AliasTable(transaction)
                let made = try ManagedKey.allCases.map(\.alias).filter { try table.alias($0, of: account) != nil }
                return (try table.aliases(of: account, key: target, after: place, limit: limit), made)
            }
            var listed = aliases.map { ListedAlias(name: $0.name, alias: $0) }
            if target == nil {
                let ready = ManagedKey.allCases.map(\.alias).filter { !made.contains($0) && $0.rawValue > place ?? "" }
                listed = (listed + ready.map { ListedAlias(name: $0, alias: nil) }).sorted { $0.name < $1.name }
            }
            return Array(listed.prefix(limit))
        }
    }

    /// Finds a key that an alias is to lead to.
    private func aliasTarget(_ reference: String, for operation: String) async throws -> KMSKey {
        guard try !KeyReference(reference).isAlias else { throw Fault(.validationException, "Aliases must refer to keys. Not aliases") }
        return try await find(reference, for: operation)
    }

    private func alias(_ name: AliasName) async throws -> KeyAlias {
        let account = call.account
        guard let alias = try await call.store.database.read({ try AliasTable($0).alias(name, of: account) }) else {
            throw KeyUnusable(KeyARN(region: call.region, account: account, resource: .alias(name)).description, .notFound)
        }
        return alias
    }

    /// A key that an alias can be given to: it is there, is not to be deleted, and has room for one more.
    private static func requireTarget(_ known: KMSKey, in region: Region, aliasesMax max: Int, _ transaction: Transaction) throws {
        guard let key = try KeyTable(transaction, in: region).key(known.id) else { throw KeyUnusable(known.arn, .notFound) }
        try key.requireNotPendingDeletion()
        guard try AliasTable(transaction).count(of: key.id) < max else {
            throw Fault(.kmsLimitExceeded, "\(key.arn) has \(max) aliases, which is the most it can have")
        }
    }

    private static func noAlias(_ alias: KeyAlias, in region: Region) -> KeyUnusable {
        KeyUnusable(alias.arn(in: region).description, .notFound)
    }

    private static func aliasName(_ text: String) throws -> AliasName {
        guard text.hasPrefix(AliasName.prefix) else {
            throw Fault(
                .validationException,
                "Alias must start with the prefix \"alias/\". Please see https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"
            )
        }
        guard let name = AliasName(rawValue: text) else {
            throw Fault(.validationException, "\(text.prefix(256)) contains invalid characters for an alias")
        }
        // KMS says no more of the names that AWS keeps for the keys that it manages.
        guard !name.isReserved else { throw Fault(.notAuthorized, "") }
        return name
    }
}
