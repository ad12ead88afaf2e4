import Domain
import Services
import Wire

/// Makes a key.
struct CreateKey: KMSAction {
    static let permissions = [
        Permission<Self>("kms:CreateKey"),
        Permission<Self>("kms:TagResource") { $0.creation.tags.isEmpty ? [] : [$1.kms("key/*")] },
    ]

    static let members: [JSONMember] = [
        .optional("Policy", .policy), .optional("Description", .description), .optional("KeyUsage", .keyUsage),
        .optional("CustomerMasterKeySpec", .formerKeySpec), .optional("KeySpec", .keySpec), .optional("Origin", .origin),
        .optional("CustomKeyStoreId", .keyStoreID), .optional("BypassPolicyLockoutSafetyCheck", .boolean), .optional("Tags", .tags),
        .optional("MultiRegion", .boolean), .optional("XksKeyId", .externalKeyID),
    ]

    private let creation: KeyCreation

    init(from json: JSONReader) throws {
        var creation = KeyCreation()
        creation.description = try json["Description"] ?? ""
        creation.policy = try json["Policy"]
        creation.skipsLockoutCheck = try json["BypassPolicyLockoutSafetyCheck"] ?? false
        let tags: [KeyTagMember] = try json["Tags"]
        creation.tags = tags.map(\.tag)
        creation.spec = try Self.spec(json)
        creation.usage = try Self.usage(json, of: creation.spec)
        try Self.refuseOtherOrigins(json)
        self.creation = creation
    }

    func run(in call: Call) async throws -> KeyMetadata { KeyMetadata(described: try await Keys(call).create(creation)) }

    private enum Origin: String, KMSChoice {
        case kms = "AWS_KMS"
    }

    /// `CustomerMasterKeySpec` is what `KeySpec` was called once.
    private static func spec(_ json: JSONReader) throws -> KeySpec {
        let (spec, former): (KeySpec?, KeySpec?) = (try json["KeySpec"], try json["CustomerMasterKeySpec"])
        guard spec == nil || former == nil else {
            throw Fault(
                .validationException,
                "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated."
            )
        }
        return spec ?? former ?? .symmetric
    }

    private static func usage(_ json: JSONReader, of spec: KeySpec) throws -> KeyUsage {
        let given: KeyUsage? = try json["KeyUsage"]
        guard let usage = given ?? (spec == .symmetric ? .encryptDecrypt : nil) else {
            throw Fault(.validationException, "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.")
        }
        return usage
    }

    /// Imported material, other key stores and keys of several Regions: no answer that looks as if they were there.
    private static func refuseOtherOrigins(_ json: JSONReader) throws {
        let _: Origin? = try json["Origin"]
        for name in ["CustomKeyStoreId", "XksKeyId"] {
            let store: String? = try json[name]
            guard store == nil else { throw Fault(.kmsUnsupportedOperation, "\(name): this Ferry has no custom key stores") }
        }
        let isMultiRegion: Bool = try json["MultiRegion"] ?? false
        guard !isMultiRegion else { throw Fault(.kmsUnsupportedOperation, "This Ferry does not make multi-Region keys") }
    }
}
