import Crypto
import Domain
import Foundation
import Metadata
import Sealing

/// The secrets that the directory keeps, sealed under the vault: those of access keys, and the key that tokens are made with.
package struct DirectorySecrets: Sendable {
    private static let tokenKeyName = "sealed-token-key"
    /// Where the key of tokens stood in the clear.
    private static let clearTokenKeyName = "token-key"

    package let directory: Database
    private let vault: Vault

    package init(directory: Database, vault: Vault) {
        self.directory = directory
        self.vault = vault
    }

    /// The secret of a new access key.
    static func newSecret() -> String {
        SymmetricKey(size: .init(bitCount: 240)).withUnsafeBytes { Data($0).base64EncodedString() }
    }

    func sealed(_ secret: String, of id: String) throws -> [UInt8] {
        var bytes = Array(secret.utf8)
        return try vault.seal(SecretBytes(wiping: &bytes), of: MaterialPlace(secretOfAccessKey: id))
    }

    /// - Throws: `AccessKeyDamaged`
    func secret(_ sealed: [UInt8], of id: String) throws -> String {
        do {
            return try vault.open(sealed, of: MaterialPlace(secretOfAccessKey: id)).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        } catch {
            throw AccessKeyDamaged(id: id, cause: error)
        }
    }

    /// The key that tokens are made with, made when there is none.
    func tokenKey() async throws -> [UInt8] {
        let vault = vault
        return try await directory.write { transaction in
            let table = DirectoryTable(transaction)
            if let sealed = try table.secret(Self.tokenKeyName) {
                return try vault.open(sealed, of: .tokenKey).withUnsafeBytes { Array($0) }
            }
            let key = SecretBytes.random(count: 32)
            try table.setSecret(Self.tokenKeyName, vault.seal(key, of: .tokenKey))
            return key.withUnsafeBytes { Array($0) }
        }
    }

    /// Seals what a directory of before holds in the clear, and takes the clear text out of its file and log.
    ///
    /// The table that it stood in goes last, so that a start that was cut off is known by it and the next one erases again.
    package func sealClearText() async throws {
        let isClear = try await directory.write { transaction in
            let table = DirectoryTable(transaction)
            guard let keys = try table.clearAccessKeys() else { return false }
            for key in keys {
                try table.setAccessKey(key.id, sealed: sealed(key.secret, of: key.id), account: key.account, at: key.createdAt)
            }
            try table.deleteClearAccessKeys()
            if let key = try table.secret(Self.clearTokenKeyName) {
                try table.setSecret(Self.tokenKeyName, vault.seal(SecretBytes(copying: key), of: .tokenKey))
                try table.deleteSecret(Self.clearTokenKeyName)
            }
            return true
        }
        guard isClear else { return }
        try directory.eraseWhatWasDeleted()
        try await directory.write { try DirectoryTable($0).dropClearAccessKeys() }
    }

    /// Seals everything under the vault's current key. Returns how much was not.
    func sealAnew() async throws -> Int {
        let vault = vault
        return try await directory.write { transaction in
            let table = DirectoryTable(transaction)
            var changed = 0
            for key in try table.accessKeys() where !vault.isCurrent(key.sealed) {
                let place = MaterialPlace(secretOfAccessKey: key.id)
                try table.setSealed(vault.seal(vault.open(key.sealed, of: place), of: place), ofAccessKey: key.id)
                changed += 1
            }
            if let sealed = try table.secret(Self.tokenKeyName), !vault.isCurrent(sealed) {
                try table.changeSecret(Self.tokenKeyName, to: vault.seal(vault.open(sealed, of: .tokenKey), of: .tokenKey))
                changed += 1
            }
            return changed
        }
    }
}

/// The secret of an access key cannot be opened: a fault of the data folder and not of who signs with it.
package struct AccessKeyDamaged: Error, CustomStringConvertible {
    package let id: String
    package let cause: any Error

    package var description: String { "opening the secret of the access key \(id) in directory.sqlite failed: \(cause)" }
}
