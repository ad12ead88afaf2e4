import Domain
import Metadata

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
    /// - Parameter object: what S3 seals; nil for EBS.
    /// - Returns: nil in a dry run for the key that Ferry manages, where it is yet to be made.
    /// - Throws: `KeyUnusable`; `Fault` for text that can name no key.
    func sealingKey(_ reference: String?, for service: ManagedKey = .ebs, of object: SealedObject? = nil) async throws -> KMSKey? {
        let operations = Self.operationsToSeal(for: service)
        if let reference, let name = KeyARN(reference), name.account != account, name.region == region {
            // Another account's key is asked before anything of it is told: whether it is there, and in which state.
            guard let key = try await keyRing.arn(of: reference, account: account) else { throw denied(operations[0], on: reference) }
            try await requireKey(key, for: operations, via: service, in: useToSeal(object, under: key))
        }
        let key =
            try await isDryRun
            ? keyRing.check(reference, for: service, account: account, isBounded: false)
            : keyRing.resolve(reference, for: service, account: account, isBounded: false)
        if let key { try await requireKey(key.arn, for: operations, via: service, in: useToSeal(object, under: key.arn)) }
        return key
    }

    /// What has no data key yet is asked for with an id that none has.
    private func useToSeal(_ object: SealedObject?, under key: String) async throws -> KeyUse {
        if let object { return .object(object) }
        guard case .key(let id)? = KeyARN(key)?.resource else { return .disk(.random()) }
        let account = account
        return .disk(try await store.database.read { try DomainTable($0).domain(of: account, key: .kms(id))?.id } ?? .random())
    }

    private func denied(_ operation: String, on key: String) -> KeyUnusable {
        KeyUnusable(key, .denied(operation: operation, principal: principal.arn(in: region.partition)))
    }

    /// That the caller may have a service use a key of this Region for it: by the key's policy and grants and by the caller's own policies, as
    /// KMS is asked when a service calls it for somebody.
    ///
    /// - Throws: `KeyUnusable`, which names the key and what is wrong with it.
    func requireKey(_ text: String, for operations: [String], via service: ManagedKey = .ebs, in use: KeyUse) async throws {
        guard let arn = ARN(text) else { throw KeyUnusable(text, .notFound) }
        let authorizer = Authorizer(via(service == .ebs ? "ec2" : "s3"))
        for operation in operations {
            do {
                try await authorizer.require("kms:\(operation)", on: [.named(arn)]) { use.facts(of: operation) }
            } catch is AccessDenied {
                throw denied(operation, on: text)
            }
        }
    }

    /// That the caller may read what snapshots of this Region are sealed under, and that it can be read.
    func requireReadable(_ encryption: SnapshotEncryption) async throws {
        let text = encryption.keyARN
        guard case .key(let id)? = KeyARN(text)?.resource, let key = try await keyRing.key(id) else { throw KeyUnusable(text, .notFound) }
        try key.requireUsable()
        try await requireKey(text, for: ["Decrypt"], in: .disk(encryption.domain))
    }

    /// The same for the keys of snapshots of this Region.
    func requireKeys(of snapshots: [Snapshot]) async throws {
        for encryption in Set(snapshots.compactMap(\.encryption)) { try await requireReadable(encryption) }
    }
}

/// An object that a KMS key seals, by the name that S3 gives its key.
struct SealedObject: Sendable {
    let bucket: BucketName
    let key: ObjectKey
    /// Whether the bucket has one data key for all.
    let hasBucketKey: Bool
}

/// What a service uses a key for, as conditions of policies and constraints of grants ask about it (docs/behaviour/kms.md).
enum KeyUse: Sendable {
    /// Disks under a data key.
    case disk(DomainID)
    case object(SealedObject)

    private static let described: Set<String> = ["DescribeKey"]

    func facts(of operation: String) -> [String: [String]] {
        guard !Self.described.contains(operation) else { return [:] }
        let (name, value) = pair
        var facts = ["kms:encryptioncontextkeys": [name], "kms:encryptioncontext:\(name)": [value]]
        if operation == "CreateGrant" {
            facts["kms:grantconstrainttype"] = ["EncryptionContextSubset"]
            facts["kms:grantoperations"] = ["Decrypt"]
        } else {
            facts["kms:encryptionalgorithm"] = ["SYMMETRIC_DEFAULT"]
        }
        return facts
    }

    /// The encryption context.
    private var pair: (String, String) {
        switch self {
        case .disk(let id): ("aws:ebs:id", id.rawValue)
        case .object(let object):
            ("aws:s3:arn", "arn:aws:s3:::\(object.bucket)" + (object.hasBucketKey ? "" : "/\(object.key.text)"))
        }
    }
}
