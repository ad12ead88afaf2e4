import Dispatch
import Domain
import Metadata
import Sealing

/// Key pairs, on behalf of one caller in one Region (docs/behaviour/network.md, "Key pairs").
package struct KeyPairs: Sendable {
    private static let namesMax = 1_000
    private let call: Call

    package init(_ call: Call) { self.call = call }

    /// Makes a key pair.
    ///
    /// - Returns: with the private half in text, which is told this once and kept by nobody.
    package func create(_ name: String, _ kind: KeyPair.Kind, tags: [Tag]) async throws -> (pair: KeyPair, privateKey: String) {
        try KeyPair.checkName(name)
        try TagRules.check(tags)
        let max = try await call.quota(.keyPairs)
        let account = call.account
        // Before the key, which takes its time.
        try await call.store.database.read { try Self.requireRoom(for: name, of: account, max, in: $0) }
        let key = try await Self.random(kind)
        let pair = pair(name, try key.publicKey(), fingerprint: try key.fingerprint(), tags)
        try await insert(pair, max)
        return (pair, try key.armored(comment: name))
    }

    /// Takes the public half of a key that somebody else has made.
    package func `import`(_ name: String, _ material: [UInt8], tags: [Tag]) async throws -> KeyPair {
        try KeyPair.checkName(name)
        try TagRules.check(tags)
        let pair: KeyPair
        do {
            let key = try SSHPublicKey(imported: material)
            pair = self.pair(name, key, fingerprint: try key.importedFingerprint(), tags)
        } catch let error as NoSSHPublicKey {
            throw Fault(.invalidKeyFormat, "Key is not in valid OpenSSH public key format", cause: error)
        }
        try await insert(pair, call.quota(.keyPairs))
        return pair
    }

    /// Those that match, ordered by name.
    ///
    /// - Parameters:
    ///   - names: all of these must be there, and all of `ids`.
    package func describe(names: [String], ids: [String], filters: [Filter]) async throws -> [KeyPair] {
        try FilterRules.check(filters, names: KeyPair.filterNames)
        guard names.count + ids.count <= Self.namesMax else {
            throw Fault(.invalidParameterValue, "At most \(Self.namesMax) key pairs can be named in a request")
        }
        let ids = try ids.map(Self.id)
        let account = call.account
        let found = try await call.store.database.read { transaction in
            let table = KeyPairTable(transaction)
            guard !names.isEmpty || !ids.isEmpty else { return try table.keyPairs(of: account) }
            let named = try names.map { name in
                guard let pair = try table.keyPair(named: name, of: account) else { throw Self.notFound(name) }
                return pair
            }
            let known = try ids.map { id in
                guard let pair = try table.keyPair(id, of: account) else {
                    throw Fault(.invalidKeyPairNotFound, "The key pair ID '\(id)' does not exist")
                }
                return pair
            }
            return Set(named + known).sorted { $0.name < $1.name }
        }
        return try found.filter { try $0.matches(filters) }
    }

    /// Deletes a key pair by its name or its id. One that is not there is as good as deleted.
    ///
    /// - Returns: its id; nil where there was none.
    package func delete(named name: String?, id: String?) async throws -> KeyPairID? {
        let id = try id.map(Self.id)
        let account = call.account
        return try await call.commit { transaction in
            let table = KeyPairTable(transaction)
            let pair = try id.map { try table.keyPair($0, of: account) } ?? name.flatMap { try table.keyPair(named: $0, of: account) }
            // By the bytes, as policies compare names: Unicode takes some others for the same.
            guard let pair, name.map({ $0.utf8.elementsEqual(pair.name.utf8) }) ?? true else { return nil }
            try table.delete(pair.id)
            return pair.id
        }
    }

    static func own(_ id: KeyPairID, of account: AccountID, in transaction: Transaction) throws -> KeyPair {
        guard let pair = try KeyPairTable(transaction).keyPair(id, of: account) else {
            throw Fault(.invalidKeyPairNotFound, "The key pair ID '\(id)' does not exist")
        }
        return pair
    }

    static func notFound(_ name: String) -> Fault {
        Fault(.invalidKeyPairNotFound, "The key pair '\(name.prefix(KeyPair.nameLengthMax))' does not exist")
    }

    private static func id(_ text: String) throws -> KeyPairID { try KeyPairID(given: text, orThrow: .invalidParameterValue) }

    private func pair(_ name: String, _ key: SSHPublicKey, fingerprint: String, _ tags: [Tag]) -> KeyPair {
        KeyPair(
            id: .random(),
            account: call.account,
            name: name,
            kind: key.kind,
            publicKey: key.text,
            fingerprint: fingerprint,
            createdAt: call.now,
            tags: tags
        )
    }

    private func insert(_ pair: KeyPair, _ max: Int) async throws {
        try await call.commit { transaction in
            try Self.requireRoom(for: pair.name, of: pair.account, max, in: transaction)
            try KeyPairTable(transaction).insert(pair)
        }
    }

    private static func requireRoom(for name: String, of account: AccountID, _ max: Int, in transaction: Transaction) throws {
        let table = KeyPairTable(transaction)
        guard try table.keyPair(named: name, of: account) == nil else {
            throw Fault(.invalidKeyPairDuplicate, "The keypair '\(name)' already exists.")
        }
        guard try table.count(of: account) < max else {
            throw Fault(.resourceLimitExceeded, "You have reached your quota of \(max) key pairs in this Region")
        }
    }

    /// An RSA key takes a moment, on a thread that may take its time.
    private static func random(_ kind: KeyPair.Kind) async throws -> SSHPrivateKey {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global(qos: .utility).async { continuation.resume(with: Result { try SSHPrivateKey.random(kind) }) }
        }
    }
}
