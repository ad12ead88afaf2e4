import Domain
import HTTPTypes
import Services
import Wire

/// Server-side encryption: what a request asks for, and what an answer says of it. Objects are sealed under a key of S3's own (SSE-S3) or
/// a KMS key (SSE-KMS), by the request or as the bucket's default; keys of the client (SSE-C) are not implemented.
enum S3Encryption {
    private static let prefix = "x-amz-server-side-encryption"

    /// How an object is to be kept; nil for one in the open.
    static func request(of call: S3Call) async throws -> ObjectEncryptionRequest? {
        if call.request.input.headers.contains(where: { $0.name.lowercased().hasPrefix("\(prefix)-customer-") }) {
            throw S3Error(.notImplemented, "Encryption with keys that the client provides is not implemented")
        }
        if call.header("\(prefix)-context") != nil { throw S3Error(.notImplemented, "An encryption context is not implemented") }
        let key = call.header("\(prefix)-aws-kms-key-id")
        let hasBucketKey = try call.header("\(prefix)-bucket-key-enabled").map(flag)
        if let algorithm = call.header(prefix) {
            // The setting of the bucket counts for its keys where the request does not say.
            let asks = hasBucketKey == nil && algorithm == "aws:kms"
            let standard = asks ? try await standard(of: call) : nil
            return try request(algorithm, key, hasBucketKey: hasBucketKey ?? standard?.hasBucketKey ?? false)
        }
        guard key == nil else {
            throw S3Error.invalidArgument(prefix, "", "A KMS key needs the header \(prefix): aws:kms beside it")
        }
        let standard = try await standard(of: call)
        guard case .kms(let key, let isDefault) = standard else { return standard }
        return .kms(key, hasBucketKey: hasBucketKey ?? isDefault)
    }

    /// Whether a request says itself how its object is to be kept.
    static func isAsked(by call: S3Call) -> Bool { call.header(prefix) != nil }

    /// What a default of a bucket asks for. Refuses one that no object could be put under.
    static func request(of setting: ServerSideEncryptionConfiguration) throws -> ObjectEncryptionRequest {
        try request(setting.algorithm.rawValue, setting.kmsKeyID, hasBucketKey: setting.isBucketKeyEnabled)
    }

    /// What the bucket says; nil in one of an older Ferry, whose objects stand in the open.
    private static func standard(of call: S3Call) async throws -> ObjectEncryptionRequest? {
        try await call.settings().encryption?.request
    }

    private static func request(_ algorithm: String, _ key: String?, hasBucketKey: Bool) throws -> ObjectEncryptionRequest {
        switch algorithm {
        case "AES256":
            guard key == nil else {
                throw S3Error.invalidArgument(
                    prefix,
                    algorithm,
                    "Server Side Encryption with AWS KMS managed key requires HTTP header \(prefix) : aws:kms"
                )
            }
            return .s3
        case "aws:kms": return .kms(key, hasBucketKey: hasBucketKey)
        case "aws:kms:dsse": throw S3Error(.notImplemented, "Encryption of the kind aws:kms:dsse is not implemented")
        default:
            throw S3Error(.invalidEncryptionAlgorithm)
        }
    }

    private static func flag(_ text: String) throws -> Bool {
        switch text.lowercased() {
        case "true": return true
        case "false": return false
        default: throw S3Error.invalidArgument("\(prefix)-bucket-key-enabled", text, "The value must be true or false")
        }
    }
}

extension Reply {
    mutating func setEncryption(_ encryption: ObjectEncryption?) {
        switch encryption?.key {
        case nil: break
        case .s3: headers[.serverSideEncryption] = "AES256"
        case .kms(let arn, let hasBucketKey):
            headers[.serverSideEncryption] = "aws:kms"
            headers[.serverSideEncryptionKey] = arn
            if hasBucketKey { headers[.serverSideEncryptionBucketKey] = "true" }
        }
    }
}
