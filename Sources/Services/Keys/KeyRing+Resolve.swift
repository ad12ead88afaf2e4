import Domain
import Metadata

extension KeyRing {
    /// Finds the key that a snapshot or an object is to be encrypted under, and checks that it can be.
    ///
    /// - Parameters:
    ///   - reference: key id, key ARN, alias name or alias ARN; nil is the key that Ferry manages for the service, made when it is missing.
    ///   - service: for which the key is to be used: the key that Ferry manages for another one is refused.
    ///   - account: who asks.
    ///   - isBounded: whether keys of other accounts are refused; else whoever asks has been let in by the key.
    /// - Throws: `KeyUnusable`, which names the key and what is wrong with it; `Fault` for text that can name no key.
    package func resolve(
        _ reference: String?,
        for service: ManagedKey = .ebs,
        account: AccountID,
        isBounded: Bool = true
    ) async throws -> KMSKey {
        let operation = "GenerateDataKeyWithoutPlaintext"
        let reference = reference ?? service.alias.rawValue
        // A refusal makes no key.
        if let other = try await managedKey(awaitedAs: KeyReference(reference), account: account), other != service {
            let arn = KeyARN(region: region, account: account, resource: .alias(other.alias))
            throw KeyUnusable(arn.description, denial(of: operation, to: account))
        }
        let key = try await find(reference, account: account, isBounded: isBounded)
        if key.manager == .aws {
            let own = try await database.read { try AliasTable($0).alias(service.alias, of: account)?.target }
            guard own == key.id else { throw KeyUnusable(key.arn, denial(of: operation, to: account)) }
        }
        try key.requireUsable()
        guard key.spec == .symmetric else { throw KeyUnusable(key.arn, .wrongUsage(key.usage, operation: operation)) }
        return key
    }

    /// Refuses what `resolve` refuses, and makes no key: one that Ferry manages and that is missing would be made, and is no obstacle.
    ///
    /// - Returns: nil for one that would be made.
    @discardableResult
    func check(_ reference: String?, for service: ManagedKey = .ebs, account: AccountID, isBounded: Bool = true) async throws -> KMSKey? {
        let reference = reference ?? service.alias.rawValue
        guard try await managedKey(awaitedAs: KeyReference(reference), account: account) != service else { return nil }
        return try await resolve(reference, for: service, account: account, isBounded: isBounded)
    }

    /// The key as it is now, whatever its state: to say of a snapshot's key how it is. Nil when it is gone.
    package func key(_ id: KeyID) async throws -> KMSKey? {
        let region = region
        return try await database.read { try KeyTable($0, in: region).key(id) }
    }

    /// The ARN of the key that a reference leads to, in whatever account; nil where it leads to none.
    ///
    /// - Throws: `Fault` for text that can name no key.
    package func arn(of reference: String, account: AccountID) async throws -> String? {
        let name = try KeyReference(reference)
        return try await database.read { [self] in try? lookUp(name, account: account, isBounded: false, in: $0).get().arn }
    }

    /// Finds a key, whatever its state. Those that Ferry manages are made when they are missing.
    ///
    /// - Parameter isBounded: whether keys of other accounts are refused.
    func find(_ reference: String, account: AccountID, isBounded: Bool = true) async throws -> KMSKey {
        let name = try KeyReference(reference)
        let found = try await database.read { [self] transaction in
            try lookUp(name, account: account, isBounded: isBounded, in: transaction)
        }
        switch found {
        case .success(let key): return key
        case .failure(let missing):
            guard let managed = managedKey(of: name, account: account) else { throw missing }
            return try await make(managed, for: account)
        }
    }

    /// The rules of KMS for names: ARNs of other Regions are refused, an alias name is one of the caller's own.
    ///
    /// - Parameter isBounded: whether ARNs of other accounts are refused too.
    func lookUp(
        _ reference: KeyReference,
        account: AccountID,
        isBounded: Bool = true,
        in transaction: Transaction
    ) throws -> Result<KMSKey, KeyUnusable> {
        let table = KeyTable(transaction, in: region)
        let arn: KeyARN
        switch reference {
        case .key(let id): arn = KeyARN(region: region, account: account, resource: .key(id))
        case .alias(let name): arn = KeyARN(region: region, account: account, resource: .alias(name))
        case .arn(let given): arn = given
        }
        guard arn.region == region else { return .failure(KeyUnusable(arn.description, .otherRegion(arn.region))) }
        guard arn.account == account || !isBounded else {
            return .failure(KeyUnusable(arn.description, denial(of: "DescribeKey", to: account)))
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

    private func denial(of operation: String, to account: AccountID) -> KeyUnusable.Reason {
        .denied(operation: operation, principal: Principal(account: account, accessKeyID: "").arn(in: region.partition))
    }

    /// The key that Ferry manages and that is yet to be made, by a name of it.
    private func managedKey(awaitedAs name: KeyReference, account: AccountID) async throws -> ManagedKey? {
        guard let managed = managedKey(of: name, account: account) else { return nil }
        let found = try await database.read { [self] in try lookUp(name, account: account, in: $0) }
        if case .failure = found { return managed }
        return nil
    }

    private func managedKey(of reference: KeyReference, account: AccountID) -> ManagedKey? {
        switch reference {
        case .alias(let name): ManagedKey(name)
        case .arn(let arn): ManagedKey.allCases.first { arn == KeyARN(region: region, account: account, resource: .alias($0.alias)) }
        case .key: nil
        }
    }
}
