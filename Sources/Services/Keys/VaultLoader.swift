import Domain
import Foundation
import Logging
import Metadata
import Sealing

/// Opens the vault of a data folder at start: finds the root key, proves it, and opens the vault keys with it.
package struct VaultLoader: Sendable {
    let folder: DataFolder
    let directory: Database
    let clock: WallClock
    let logger: Logger

    package init(folder: DataFolder, directory: Database, clock: WallClock, logger: Logger) {
        self.folder = folder
        self.directory = directory
        self.clock = clock
        self.logger = logger
    }

    package func open(_ source: RootKeySource) async throws -> Vault {
        guard try await directory.read({ try VaultTable($0).rootKey() }) != nil else { return try await begin(source) }
        return try await openKnown(source)
    }

    /// Opens a vault that is there, where nothing may be made.
    package func openKnown(_ source: RootKeySource) async throws -> Vault {
        guard let known = try await directory.read({ try VaultTable($0).rootKey() }) else {
            throw RootKeyError.unknown(path: folder.directoryDatabase)
        }
        let root = try rootKey(source, known)
        let vault = try await vault(under: root)
        logger.info("The root key opens the KMS keys", metadata: ["root_key": "\(name(of: source))"])
        return vault
    }

    /// The first start that has keys: makes or takes the root key, and seals the first vault key with it.
    private func begin(_ source: RootKeySource) async throws -> Vault {
        let (root, row) = try newRootKey(source, keptAs: folder.rootKey)
        let key = VaultKey.random()
        let sealed = try root.seal(key)
        let now = clock.now
        try await directory.write { transaction in
            try VaultTable(transaction).setRootKey(row)
            try VaultTable(transaction).insertVaultKey(id: key.id, sealed: sealed, at: now)
        }
        return Vault(current: key)
    }

    /// A root key that is to be used from now on. For the data folder's own, a new file is written under `path` unless there is one.
    func newRootKey(_ source: RootKeySource, keptAs path: String) throws -> (RootKey, RootKeyRow) {
        switch source {
        case .dataFolder:
            let file = SecretFile(path: path)
            if !file.exists {
                var text = RootKey.random().fileText
                defer { text.withUnsafeMutableBytes { SecretBytes.wipe($0) } }
                try folder.write(text, to: path)
                logger.notice(
                    "Created the root key. Without it nothing that is encrypted can be read: keep a copy away from the data folder",
                    metadata: ["file": "\(path)"]
                )
            }
            let root = try file.rootKey()
            return (root, RootKeyRow(kind: .file, salt: nil, rounds: nil, checkValue: root.checkValue))
        case .file(let path):
            let root = try SecretFile(path: path).rootKey()
            return (root, RootKeyRow(kind: .file, salt: nil, rounds: nil, checkValue: root.checkValue))
        case .passphrase(let passphrase):
            guard passphrase.count >= PassphraseStretch.passphraseBytesMin else { throw RootKeyError.passphraseTooShort }
            let stretch = PassphraseStretch.fresh()
            let root = try RootKey(stretching: passphrase, by: stretch)
            return (root, RootKeyRow(kind: .passphrase, salt: stretch.salt, rounds: stretch.rounds, checkValue: root.checkValue))
        }
    }

    /// The root key that the folder knows; throws when it is another one.
    ///
    /// - Parameter settling: puts the file in its place that a rotation left beside it; otherwise nothing is changed.
    func rootKey(_ source: RootKeySource, _ known: RootKeyRow, settling: Bool = true) throws -> RootKey {
        switch source {
        case .dataFolder:
            guard known.kind == .file else { throw RootKeyError.passphraseNeeded }
            return try ownRootKey(known, settling: settling)
        case .file(let path):
            guard known.kind == .file else { throw RootKeyError.passphraseNeeded }
            let root = try SecretFile(path: path).rootKey()
            guard root.checkValue == known.checkValue else { throw RootKeyError.wrongFile(path: path) }
            return root
        case .passphrase(let passphrase):
            guard let salt = known.salt, let rounds = known.rounds, let stretch = PassphraseStretch(salt: salt, rounds: rounds) else {
                throw RootKeyError.wrongPassphrase
            }
            let root = try RootKey(stretching: passphrase, by: stretch)
            guard root.checkValue == known.checkValue else { throw RootKeyError.wrongPassphrase }
            return root
        }
    }

    /// `root.key`, or the one that was to follow it when a rotation was cut off behind its commit.
    private func ownRootKey(_ known: RootKeyRow, settling: Bool) throws -> RootKey {
        let file = SecretFile(path: folder.rootKey)
        let next = SecretFile(path: folder.nextRootKey)
        if file.exists, case let root = try file.rootKey(), root.checkValue == known.checkValue { return root }
        if next.exists, case let root = try next.rootKey(), root.checkValue == known.checkValue {
            if settling { try folder.move(folder.nextRootKey, to: folder.rootKey) }
            return root
        }
        throw file.exists ? RootKeyError.wrongFile(path: folder.rootKey) : RootKeyError.missing(path: folder.rootKey)
    }

    /// Where an operator finds it.
    private func name(of source: RootKeySource) -> String {
        switch source {
        case .dataFolder: folder.rootKey
        case .file(let path): path
        case .passphrase: "a passphrase"
        }
    }

    func vault(under root: RootKey) async throws -> Vault {
        var keys: [VaultKey] = []
        for row in try await directory.read({ try VaultTable($0).vaultKeys() }) {
            do {
                keys.append(try root.open(row.sealed, id: row.id))
            } catch {
                throw RootKeyError.vaultDamaged(error)
            }
        }
        guard let current = keys.popLast() else { throw RootKeyError.vaultDamaged(.unknownVaultKey) }
        return Vault(current: current, former: keys)
    }
}
