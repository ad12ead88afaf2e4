import Domain

extension Call {
    /// What making something under a key takes of it, by the lists that EBS's and S3's guides give (docs/behaviour/kms.md).
    static func operationsToSeal(for service: ManagedKey) -> [String] {
        switch service {
        case .ebs: ["DescribeKey", "CreateGrant", "GenerateDataKeyWithoutPlaintext"]
        case .s3: ["GenerateDataKey"]
        }
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
                throw KeyUnusable(text, .denied(operation: operation, principal: principal.arn(in: region.partition)))
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
