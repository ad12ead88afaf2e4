/// How an object's bytes are sealed; an object without one is stored in the open.
package struct ObjectEncryption: Hashable, Sendable {
    package enum Key: Hashable, Sendable {
        /// S3's own, which no account sees: SSE-S3.
        case s3
        /// A KMS key by its ARN: SSE-KMS. S3's bucket keys spare calls of KMS; Ferry has no need of them and only says what was asked for.
        case kms(arn: String, hasBucketKey: Bool)
    }

    package let domain: DomainID
    package let key: Key

    package init(domain: DomainID, key: Key) {
        self.domain = domain
        self.key = key
    }
}

/// What is asked for an object that is to be made; without one it is stored in the open.
package enum ObjectEncryptionRequest: Hashable, Sendable, Codable {
    case s3
    /// A KMS key by any of its names; nil is `alias/aws/s3`.
    case kms(String?, hasBucketKey: Bool = false)

    package var hasBucketKey: Bool {
        if case .kms(_, let hasBucketKey) = self { hasBucketKey } else { false }
    }
}
