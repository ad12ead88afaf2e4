import Domain
import Metadata

/// What an account sets for a Region: encryption by default, and the default key (docs/behaviour/encryption.md, "Defaults of an account").
package struct EncryptionByDefault: Sendable {
    let call: Call

    package init(_ call: Call) { self.call = call }

    package func isOn() async throws -> Bool { try await defaults().isOn }

    package func turn(on isOn: Bool) async throws { try await change { $0.isOn = isOn } }

    /// The ARN of the default key, or the alias of the one that Ferry manages.
    package func key() async throws -> String { try await defaults().keyARN ?? AliasName.ebs.rawValue }

    /// Makes a key the default one, by any of its names. It must be usable now, and one of another account must let the caller seal under it.
    ///
    /// - Returns: its ARN.
    package func setKey(_ reference: String) async throws -> String {
        let key = try await usableKey(reference)
        try await change { $0.keyARN = key?.manager == .aws ? nil : key?.arn }
        return key?.arn ?? reference
    }

    package func resetKey() async throws -> String {
        try await change { $0.keyARN = nil }
        return AliasName.ebs.rawValue
    }

    /// Nil in a dry run, which makes no key.
    private func usableKey(_ reference: String) async throws -> KMSKey? {
        let call = call
        do {
            return try await KeySelection.refusing {
                if let name = KeyARN(reference), name.account != call.account { return try await call.sealingKey(reference) }
                guard call.isDryRun else { return try await call.keyRing.resolve(reference, account: call.account) }
                try await call.keyRing.check(reference, account: call.account)
                return nil
            }
        } catch let refusal as KeyRefusal {
            throw refusal.fault
        }
    }

    private func defaults() async throws -> EncryptionDefaults {
        let account = call.account
        return try await call.store.database.read { try EncryptionDefaultsTable($0).defaults(of: account) }
    }

    private func change(_ body: @escaping @Sendable (inout EncryptionDefaults) -> Void) async throws {
        let account = call.account
        try await call.commit { transaction in
            let table = EncryptionDefaultsTable(transaction)
            var defaults = try table.defaults(of: account)
            body(&defaults)
            try table.set(defaults, of: account)
        }
    }
}
