import Domain
import Metadata

extension KeyRing {
    /// Finds the key that a snapshot is to be encrypted under, and checks that it can be.
    ///
    /// - Parameters:
    ///   - reference: key id, key ARN, alias name or alias ARN; nil is the account's default key, `alias/aws/ebs`, made when it is missing.
    ///   - account: who asks. Keys of other accounts are refused.
    /// - Throws: `KeyUnusable`, which names the key and what is wrong with it; `Fault` for text that can name no key.
    package func resolve(_ reference: String?, account: AccountID) async throws -> KMSKey {
        let key = try await find(reference ?? AliasName.ebs.rawValue, account: account)
        try key.requireUsable()
        guard key.spec == .symmetric else {
            throw KeyUnusable(key.arn, .wrongUsage(key.usage, operation: "GenerateDataKeyWithoutPlaintext"))
        }
        return key
    }

    /// The key as it is now, whatever its state: to say of a snapshot's key how it is. Nil when it is gone.
    package func key(_ id: KeyID) async throws -> KMSKey? {
        let region = region
        return try await database.read { try KeyTable($0, in: region).key(id) }
    }

    /// Finds a key, whatever its state. `alias/aws/ebs` is made when it is missing.
    func find(_ reference: String, account: AccountID) async throws -> KMSKey {
        let name = try KeyReference(reference)
        let found = try await database.read { [self] transaction in
            try lookUp(name, account: account, in: transaction)
        }
        switch found {
        case .success(let key): return key
        case .failure(let missing):
            guard isDefaultAlias(name, account: account) else { throw missing }
            return try await makeDefaultKey(for: account)
        }
    }

    /// The rules of KMS for names: ARNs of other Regions and accounts are refused, an alias name is one of the caller's own.
    func lookUp(_ reference: KeyReference, account: AccountID, in transaction: Transaction) throws -> Result<KMSKey, KeyUnusable> {
        let table = KeyTable(transaction, in: region)
        let arn: KeyARN
        switch reference {
        case .key(let id): arn = KeyARN(region: region, account: account, resource: .key(id))
        case .alias(let name): arn = KeyARN(region: region, account: account, resource: .alias(name))
        case .arn(let given): arn = given
        }
        guard arn.region == region else { return .failure(KeyUnusable(arn.description, .otherRegion(arn.region))) }
        guard arn.account == account else {
            let caller = Principal(account: account, accessKeyID: "").arn(in: region.partition)
            return .failure(KeyUnusable(arn.description, .denied(operation: "DescribeKey", principal: caller)))
        }
        let key: KMSKey?
        switch arn.resource {
        case .key(let id): key = try table.key(id)
        case .alias(let name): key = try AliasTable(transaction).alias(name, of: arn.account).flatMap { try table.key($0.target) }
        case .unknown: key = nil
        }
        guard let key, key.account == arn.account else { return .failure(KeyUnusable(arn.description, .notFound)) }
        return .success(key)
    }

    private func isDefaultAlias(_ reference: KeyReference, account: AccountID) -> Bool {
        switch reference {
        case .alias(let name): name == .ebs
        case .arn(let arn): arn == KeyARN(region: region, account: account, resource: .alias(.ebs))
        case .key: false
        }
    }
}
