import Domain
import Metadata

/// The key of a snapshot that another account has shared: the one place that says whether the caller may read with it.
///
/// The key's policy or one of its grants must allow `kms:Decrypt` to the caller's account. A statement with conditions lets nobody in here, and
/// one that denies counts whatever its conditions are. Keys that Ferry manages are for their account alone.
struct ForeignKey: Sendable {
    private static let operation = GrantOperation.decrypt

    let arn: String
    let ring: KeyRing

    /// - Throws: `KeyUnusable`, which names the key and what is wrong with it.
    func requireReadable(by principal: Principal) async throws {
        guard case .key(let id)? = KeyARN(arn)?.resource, let key = try await ring.key(id) else { throw KeyUnusable(arn, .notFound) }
        try key.requireUsable()
        guard key.account != principal.account else { return }
        let arn = principal.arn(in: key.region.partition)
        let denied = KeyUnusable(key.arn, .denied(operation: Self.operation.rawValue, principal: arn))
        guard key.manager == .customer else { throw denied }
        let root = "arn:\(key.region.partition):iam::\(principal.account):root"
        let names: Set<String> = [arn, root, principal.account.rawValue]
        switch try KeyPolicy(key.policy).decision(on: "kms:\(Self.operation.rawValue)", by: names) {
        case .allow: return
        case .deny: throw denied
        case nil: guard try await isGranted(id, to: names) else { throw denied }
        }
    }

    private func isGranted(_ key: KeyID, to names: Set<String>) async throws -> Bool {
        try await ring.database.read { transaction in
            try GrantTable(transaction).grants(on: key, to: names).contains {
                $0.operations.contains(Self.operation) && $0.constraint == nil
            }
        }
    }
}

extension Call {
    /// That the caller may read snapshots of this Region by their keys. Those of its own are looked at when their bytes are.
    func requireKeys(of snapshots: [Snapshot]) async throws {
        for arn in Set(snapshots.filter { $0.owner != account }.compactMap(\.encryption?.keyARN)) {
            try await ForeignKey(arn: arn, ring: keyRing).requireReadable(by: principal)
        }
    }
}
