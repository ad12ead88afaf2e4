import Domain
import HTTPTypes
import Services
import Wire

/// Server-side encryption: what a request asks for, and what an answer says of it. Objects are sealed under a KMS key that is named
/// (SSE-KMS), in the request or as the bucket's default; keys of S3's own (SSE-S3) and of the client (SSE-C) are not implemented.
enum S3Encryption {
    private static let prefix = "x-amz-server-side-encryption"

    /// The key that an object is to be put under; nil for an object in the open.
    static func key(of call: S3Call) async throws -> String? {
        if call.header("\(prefix)-customer-algorithm") != nil {
            throw S3Error(.notImplemented, "Encryption with keys that the client provides is not implemented")
        }
        if call.header("\(prefix)-context") != nil { throw S3Error(.notImplemented, "An encryption context is not implemented") }
        let key = call.header("\(prefix)-aws-kms-key-id")
        if let algorithm = call.header(prefix) { return try self.key(algorithm: algorithm, key) }
        guard key == nil else {
            throw S3Error.invalidArgument(prefix, "", "A KMS key needs the header \(prefix): aws:kms beside it")
        }
        guard let document = try await call.buckets.setting(.encryption, of: call.bucket) else { return nil }
        let setting = try ServerSideEncryptionConfiguration(parsing: document)
        return try self.key(algorithm: setting.algorithm.rawValue, setting.kmsKeyID)
    }

    private static func key(algorithm: String, _ key: String?) throws -> String {
        switch algorithm {
        case "aws:kms":
            guard let key else { throw S3Error(.notImplemented, "The key alias/aws/s3 is not implemented: name a KMS key") }
            return key
        case "AES256": throw S3Error(.notImplemented, "SSE-S3 (AES256) is not implemented: use aws:kms and name a KMS key")
        case "aws:kms:dsse": throw S3Error(.notImplemented, "Encryption of the kind aws:kms:dsse is not implemented")
        default: throw S3Error(.invalidEncryptionAlgorithm, "The encryption request you specified is not valid. Supported value: aws:kms.")
        }
    }

    /// Refuses a default of a bucket that no object could be put under.
    static func check(_ document: [UInt8]) throws {
        let setting = try ServerSideEncryptionConfiguration(parsing: document)
        _ = try key(algorithm: setting.algorithm.rawValue, setting.kmsKeyID)
    }
}

extension Reply {
    mutating func setEncryption(_ encryption: SnapshotEncryption?) {
        guard let encryption else { return }
        headers[.serverSideEncryption] = "aws:kms"
        headers[.serverSideEncryptionKey] = encryption.keyARN
    }
}
