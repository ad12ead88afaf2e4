import Domain

extension Call {
    /// What making something under a key takes of it, by the lists that EBS's and S3's guides give (docs/behaviour/kms.md).
    static func operationsToSeal(for service: ManagedKey) -> [String] {
        switch service {
        case .ebs: ["DescribeKey", "CreateGrant", "GenerateDataKeyWithoutPlaintext"]
        case .s3: ["GenerateDataKey"]
        }
    }

    /// The key that a service is to seal with for the caller: one of its account's or, by its ARN, of another's that lets the caller.
    ///
    /// - Returns: nil in a dry run for the key that Ferry manages, where it is yet to be made.
    /// - Throws: `KeyUnusable`; `Fault` for text that can name no key.
    func sealingKey(_ reference: String?, for service: ManagedKey = .ebs) async throws -> KMSKey? {
        let operations = Self.operationsToSeal(for: service)
        if let reference, let name = KeyARN(reference), name.account != account, name.region == region {
            // Another account's key is asked before anything of it is told: whether it is there, and in which state.
            guard let key = try await keyRing.arn(of: reference, account: account) else { throw denied(operations[0], on: reference) }
            try await requireKey(key, for: operations, via: service)
        }
        let key =
            try await isDryRun
            ? keyRing.check(reference, for: service, account: account, isBounded: false)
            : keyRing.resolve(reference, for: service, account: account, isBounded: false)
        if let key { try await requireKey(key.arn, for: operations, via: service) }
        return key
    }

    private func denied(_ operation: String, on key: String) -> KeyUnusable {
        KeyUnusable(key, .denied(operation: operation, principal: principal.arn(in: region.partition)))
    }

    /// That the caller may have a service use a key of this Region for it: by the key's policy and grants and by the caller's own policies, as
    /// KMS is asked when a service calls it for somebody.
    ///
    /// - Throws: `KeyUnusable`, which names the key and what is wrong with it.
    func requireKey(_ text: String, for operations: [String], via service: ManagedKey = .ebs) async throws {
        guard let arn = ARN(text) else { throw KeyUnusable(text, .notFound) }
        let authorizer = Authorizer(via(service == .ebs ? "ec2" : "s3"))
        for operation in operations {
            do {
                try await authorizer.require("kms:\(operation)", on: [.named(arn)])
            } catch is AccessDenied {
                throw denied(operation, on: text)
            }
        }
    }

    /// That the caller may read what is sealed under a key of this Region, and that it can be read.
    func requireReadable(_ text: String, via service: ManagedKey = .ebs) async throws {
        guard case .key(let id)? = KeyARN(text)?.resource, let key = try await keyRing.key(id) else { throw KeyUnusable(text, .notFound) }
        try key.requireUsable()
        try await requireKey(text, for: ["Decrypt"], via: service)
    }

    /// The same for the keys of snapshots of this Region.
    func requireKeys(of snapshots: [Snapshot]) async throws {
        for arn in Set(snapshots.compactMap(\.encryption?.keyARN)) { try await requireReadable(arn) }
    }
}
