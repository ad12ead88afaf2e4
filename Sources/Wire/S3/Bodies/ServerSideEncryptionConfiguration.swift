/// The body of PutBucketEncryption: one rule.
package struct ServerSideEncryptionConfiguration: S3Body, Equatable {
    package enum Algorithm: String, Sendable {
        case aes256 = "AES256"
        case kms = "aws:kms"
        case kmsTwoLayers = "aws:kms:dsse"
    }

    package static let rootName = "ServerSideEncryptionConfiguration"
    package let algorithm: Algorithm
    package let kmsKeyID: String?
    package let isBucketKeyEnabled: Bool
    /// `SSE-C`, or `NONE`; kept and told, since there is no SSE-C here that could be allowed. Nil when the client says nothing.
    package let blockedTypes: [String]?

    private static let blockable = ["NONE", "SSE-C"]

    package init(_ fields: S3Fields) throws(S3Error) {
        try fields.allow(["Rule"])
        let rule = try fields.required("Rule")
        try rule.allow(["ApplyServerSideEncryptionByDefault", "BucketKeyEnabled", "BlockedEncryptionTypes"])
        let standard = try rule.required("ApplyServerSideEncryptionByDefault")
        try standard.allow(["SSEAlgorithm", "KMSMasterKeyID"])
        guard let algorithm: Algorithm = try standard.word("SSEAlgorithm") else { throw .malformedXML("SSEAlgorithm is missing") }
        self.algorithm = algorithm
        kmsKeyID = try standard.text("KMSMasterKeyID").flatMap { $0.isEmpty ? nil : $0 }
        isBucketKeyEnabled = try rule.flag("BucketKeyEnabled") ?? false
        blockedTypes = try rule.child("BlockedEncryptionTypes").map(Self.blockedTypes(in:))
        guard kmsKeyID == nil || algorithm != .aes256 else {
            throw .invalidArgument(
                "ApplyServerSideEncryptionByDefault",
                nil,
                "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse"
            )
        }
    }

    private static func blockedTypes(in fields: S3Fields) throws(S3Error) -> [String] {
        try fields.allow(many: ["EncryptionType"])
        let types = try fields.texts("EncryptionType")
        guard types.allSatisfy(blockable.contains), Set(types).count == types.count else {
            throw .malformedXML("EncryptionType must be one of \(blockable.joined(separator: ", "))")
        }
        return types
    }
}
