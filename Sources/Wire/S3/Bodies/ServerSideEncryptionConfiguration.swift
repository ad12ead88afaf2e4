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

    package init(_ fields: S3Fields) throws(S3Error) {
        try fields.allow(["Rule"])
        let rule = try fields.required("Rule")
        try rule.allow(["ApplyServerSideEncryptionByDefault", "BucketKeyEnabled"])
        let standard = try rule.required("ApplyServerSideEncryptionByDefault")
        try standard.allow(["SSEAlgorithm", "KMSMasterKeyID"])
        guard let algorithm: Algorithm = try standard.word("SSEAlgorithm") else { throw .malformedXML("SSEAlgorithm is missing") }
        self.algorithm = algorithm
        kmsKeyID = try standard.text("KMSMasterKeyID").flatMap { $0.isEmpty ? nil : $0 }
        isBucketKeyEnabled = try rule.flag("BucketKeyEnabled") ?? false
        guard kmsKeyID == nil || algorithm != .aes256 else {
            throw .invalidArgument(
                "ApplyServerSideEncryptionByDefault",
                nil,
                "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse"
            )
        }
    }
}
