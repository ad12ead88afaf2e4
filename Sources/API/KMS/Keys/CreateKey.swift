import Domain
import Services
import Wire

/// Makes a key.
struct CreateKey: KMSAction {
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

    /// `CustomerMasterKeySpec` is what `KeySpec` was called once.
    private static func spec(_ json: JSONReader) throws -> KeySpec {
        let (spec, former): (String?, String?) = (try json["KeySpec"], try json["CustomerMasterKeySpec"])
        guard spec == nil || former == nil else {
            throw Fault(
                .validationException,
                "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated."
            )
        }
        return try (spec ?? former).map { try KeySpec(named: $0, member: spec == nil ? "CustomerMasterKeySpec" : "KeySpec") } ?? .symmetric
    }

    private static func usage(_ json: JSONReader, of spec: KeySpec) throws -> KeyUsage {
        let given: KeyUsage? = try json["KeyUsage"]
        guard given != .keyAgreement else {
            throw Fault(.kmsUnsupportedOperation, "This Ferry does not make keys of the usage KEY_AGREEMENT")
        }
        guard let usage = given ?? (spec == .symmetric ? .encryptDecrypt : nil) else {
            throw Fault(.validationException, "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.")
        }
        return usage
    }

    /// Imported material, other key stores and keys of several Regions: no answer that looks as if they were there.
    private static func refuseOtherOrigins(_ json: JSONReader) throws {
        let origin: String = try json["Origin"] ?? "AWS_KMS"
        guard origin == "AWS_KMS" else { throw Fault(.kmsUnsupportedOperation, "This Ferry does not make keys of the origin \(origin)") }
        for name in ["CustomKeyStoreId", "XksKeyId"] {
            let store: String? = try json[name]
            guard store == nil else { throw Fault(.kmsUnsupportedOperation, "\(name): this Ferry has no custom key stores") }
        }
        let isMultiRegion: Bool = try json["MultiRegion"] ?? false
        guard !isMultiRegion else { throw Fault(.kmsUnsupportedOperation, "This Ferry does not make multi-Region keys") }
    }
}
