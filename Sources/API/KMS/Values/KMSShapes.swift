import Domain
import Sealing
import Wire

/// The shapes of KMS's service model, with their constraints; each action names its members. test_kms_constraints.py compares them with the
/// model that botocore has.
extension JSONShape {
    static let keyID = JSONShape.string(length: 1...2048)
    static let aliasName = JSONShape.string(length: 1...256, pattern: .name)
    static let description = JSONShape.string(length: 0...8192)
    static let policy = JSONShape.string(length: 1...131_072, pattern: .policy)
    static let policyName = JSONShape.string(length: 1...128, pattern: .word)
    static let keyStoreID = JSONShape.string(length: 1...64)
    static let externalKeyID = JSONShape.string(length: 1...128, pattern: .externalKeyID)

    static let tagKey = JSONShape.string(length: 1...128)
    static let tags = JSONShape.list(.structure([.required("TagKey", tagKey), .required("TagValue", .string(length: 0...256))]))

    static let principal = JSONShape.string(length: 1...256, pattern: .principal)
    static let grantID = JSONShape.string(length: 1...128)
    static let grantName = JSONShape.string(length: 1...256, pattern: .name)
    static let grantToken = JSONShape.string(length: 1...8192)
    static let grantTokens = JSONShape.list(grantToken, count: 0...10)
    static let grantOperations = JSONShape.list(.choice(GrantOperation.allCases.map(\.rawValue)))
    static let grantConstraints = JSONShape.structure([
        .optional("EncryptionContextSubset", .map), .optional("EncryptionContextEquals", .map),
    ])

    static let plaintext = JSONShape.blob(1...CiphertextBlob.plainBytesMax)
    static let ciphertext = JSONShape.blob(1...CiphertextBlob.bytesMax)
    static let publicKey = JSONShape.blob(1...8192)
    static let numberOfBytes = JSONShape.integer(1...1024)
    static let recipient = JSONShape.structure([
        .optional("KeyEncryptionAlgorithm", .choice(["RSAES_OAEP_SHA_256"])), .optional("AttestationDocument", .blob(1...262_144)),
    ])
    static let dryRunModifiers = JSONShape.list(.choice(["IGNORE_CIPHERTEXT"]))

    static let keySpec = JSONShape.choice([
        "RSA_2048", "RSA_3072", "RSA_4096", "ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1", "SYMMETRIC_DEFAULT",
        "HMAC_224", "HMAC_256", "HMAC_384", "HMAC_512", "SM2", "ML_DSA_44", "ML_DSA_65", "ML_DSA_87", "ECC_NIST_EDWARDS25519",
    ])
    /// What `KeySpec` was called once.
    static let formerKeySpec = JSONShape.choice([
        "RSA_2048", "RSA_3072", "RSA_4096", "ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1", "SYMMETRIC_DEFAULT",
        "HMAC_224", "HMAC_256", "HMAC_384", "HMAC_512", "SM2",
    ])
    static let keyPairSpec = JSONShape.choice([
        "RSA_2048", "RSA_3072", "RSA_4096", "ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1", "SM2",
        "ECC_NIST_EDWARDS25519",
    ])
    static let dataKeySpec = JSONShape.choice(["AES_256", "AES_128"])
    static let keyUsage = JSONShape.choice(["SIGN_VERIFY", "ENCRYPT_DECRYPT", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"])
    static let origin = JSONShape.choice(["AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"])
    static let encryptionAlgorithm = JSONShape.choice(["SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"])
    static let signingAlgorithm = JSONShape.choice([
        "RSASSA_PSS_SHA_256", "RSASSA_PSS_SHA_384", "RSASSA_PSS_SHA_512", "RSASSA_PKCS1_V1_5_SHA_256", "RSASSA_PKCS1_V1_5_SHA_384",
        "RSASSA_PKCS1_V1_5_SHA_512", "ECDSA_SHA_256", "ECDSA_SHA_384", "ECDSA_SHA_512", "SM2DSA", "ML_DSA_SHAKE_256", "ED25519_SHA_512",
        "ED25519_PH_SHA_512",
    ])
    static let macAlgorithm = JSONShape.choice(["HMAC_SHA_224", "HMAC_SHA_256", "HMAC_SHA_384", "HMAC_SHA_512"])
    static let keyAgreementAlgorithm = JSONShape.choice(["ECDH"])
    static let messageType = JSONShape.choice(["RAW", "DIGEST", "EXTERNAL_MU"])
    static let keyMaterialExtent = JSONShape.choice(["ALL_KEY_MATERIAL", "ROTATIONS_ONLY"])
}

/// Members that many actions have.
extension JSONMember {
    static let page: [JSONMember] = [
        .optional("Limit", .integer(1...1000)), .optional("Marker", .string(length: 1...1024, pattern: .latin)),
    ]
    static let dataKey: [JSONMember] = [
        .required("KeyId", .keyID), .optional("EncryptionContext", .map), .optional("NumberOfBytes", .numberOfBytes),
        .optional("KeySpec", .dataKeySpec), .optional("GrantTokens", .grantTokens), .optional("DryRun", .boolean),
    ]
    static let dataKeyPair: [JSONMember] = [
        .optional("EncryptionContext", .map), .required("KeyId", .keyID), .required("KeyPairSpec", .keyPairSpec),
        .optional("GrantTokens", .grantTokens), .optional("DryRun", .boolean),
    ]
    static let recipient: [JSONMember] = [.optional("Recipient", .recipient)]
}

extension JSONPattern {
    fileprivate static let name = JSONPattern("^[a-zA-Z0-9:/_-]+$") { isWord($0) || ":/-".unicodeScalars.contains($0) }
    fileprivate static let word = JSONPattern("[\\w]+", allows: isWord)
    fileprivate static let principal = JSONPattern("^[\\w+=,.@:/-]+$") { isWord($0) || "+=,.@:/-".unicodeScalars.contains($0) }
    fileprivate static let externalKeyID = JSONPattern("^[a-zA-Z0-9-_.]+$") { isWord($0) || "-.".unicodeScalars.contains($0) }
    fileprivate static let latin = JSONPattern("[\\u0020-\\u00FF]*", allowsEmpty: true) { (0x20...0xFF).contains($0.value) }
    fileprivate static let policy = JSONPattern("[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+") {
        [0x9, 0xA, 0xD].contains($0.value) || (0x20...0xFF).contains($0.value)
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_": true
        default: false
        }
    }
}

/// A choice of which KMS may have more than Ferry: what is no value at all was refused before, as a constraint.
protocol KMSChoice: JSONDecodable, RawRepresentable where RawValue == String {}

extension KMSChoice {
    package static func decode(_ value: JSONValue) throws(RequestError) -> Self {
        let text = try value.string()
        guard let known = Self(rawValue: text) else {
            throw .rejected(
                code: FaultCode.kmsUnsupportedOperation.rawValue,
                message: "\(value.name) \(text) is not supported by this version of Ferry"
            )
        }
        return known
    }
}

extension KeySpec: KMSChoice {}
extension KeyUsage: KMSChoice {}
extension EncryptionAlgorithm: KMSChoice {}
extension SigningAlgorithm: KMSChoice {}
extension MACAlgorithm: KMSChoice {}
extension KeyAgreementAlgorithm: KMSChoice {}
extension GrantOperation: KMSChoice {}
