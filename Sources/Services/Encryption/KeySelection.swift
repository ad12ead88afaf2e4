import Domain
import Metadata

/// Turns what the rules say of a new snapshot into its key and domain, for one call.
struct KeySelection: Sendable {
    let call: Call
    let defaults: EncryptionDefaults

    init(_ call: Call) async throws {
        let account = call.account
        self.call = call
        defaults = try await call.store.database.read { try EncryptionDefaultsTable($0).defaults(of: account) }
    }

    /// - Throws: `KeyRefusal` when the key cannot be used; `Fault` while Ferry cannot seal.
    func encryption(for outcome: EncryptionOutcome) async throws -> SnapshotEncryption? {
        guard case .encrypted(let choice) = outcome else { return nil }
        let (call, reference) = (call, reference(to: choice))
        return try await Self.refusing {
            guard let key = try await call.sealingKey(reference) else { return nil }
            guard call.isDryRun else {
                return SnapshotEncryption(domain: try await call.domains.domain(for: key, account: call.account), keyARN: key.arn)
            }
            // What a dry run writes down is undone, so neither a key nor a domain is made for it.
            let known = try await call.domains.known(for: key, account: call.account)
            return known.map { SnapshotEncryption(domain: $0, keyARN: key.arn) }
        }
    }

    /// A source that nobody can read is not copied. Its key may be another account's, if it was sealed under that.
    static func requireUsable(_ reference: String, of ring: KeyRing, account: AccountID) async throws {
        try await refusing { _ = try await ring.resolve(reference, account: account, isBounded: false) }
    }

    private func reference(to choice: EncryptionOutcome.KeyChoice) -> String? {
        switch choice {
        case .named(let reference), .inherited(let reference): reference
        case .accountDefault: defaults.keyARN
        case .managedByAWS: nil
        }
    }

    /// The same, for where keys are never checked late.
    static func refused<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
        do {
            return try await refusing(body)
        } catch let refusal as KeyRefusal {
            throw refusal.fault
        }
    }

    static func refusing<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as KeyUnusable {
            throw KeyRefusal(error)
        } catch let fault as Fault {
            throw KeyRefusal(fault)
        }
    }
}
