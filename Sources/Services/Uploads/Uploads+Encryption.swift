import Domain
import Metadata

extension Uploads {
    /// Settles how a snapshot that is started is kept. Its key must be usable: an upload is never checked late, since blocks come at once.
    func encryption(of start: SnapshotStart, parentID: SnapshotID?) async throws -> SnapshotEncryption? {
        let call = call
        let selection = try await KeySelection(call)
        let rules = UploadEncryptionRules(start.encryption, isOnByDefault: selection.defaults.isOn)
        var parent: Snapshot?
        if let parentID {
            try rules.checkBesideParent()
            parent = try await call.store.database.read { transaction in
                try Self.parent(parentID, sizeGiB: start.sizeGiB, of: call.account, in: transaction)
            }
        }
        let outcome = try rules.outcome(parent: parent.map { .init(id: $0.id, keyARN: $0.encryption?.keyARN) })
        do {
            return try await selection.encryption(for: outcome)
        } catch let refusal as KeyRefusal {
            throw Self.invalid("INVALID_CUSTOMER_KEY", refusal.message)
        } catch let fault as Fault where fault.code == .unsupportedOperation {
            throw Self.invalid("INVALID_PARAMETER_VALUE", fault.message)
        }
    }
}
