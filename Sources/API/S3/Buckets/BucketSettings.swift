import Domain
import HTTPTypes
import NIOCore
import Services
import Wire

/// What is set of a bucket: kept once it has been read, as the client sent it or, where S3 tells defaults too, written anew; given back so.
extension S3Service {
    static func getSetting(_ setting: BucketSetting, else missing: S3ErrorCode) -> Action {
        { call in
            guard let value = try await call.buckets.setting(setting, of: call.bucket) else {
                throw S3Error(missing)
            }
            let type = setting == .policy ? "application/json" : "application/xml"
            return Reply(status: .ok, headers: [.contentType: type], body: ByteBuffer(bytes: value))
        }
    }

    /// A set without tags is none.
    static func putBucketTagging(_ call: S3Call) async throws -> Reply {
        let document = try await call.document()
        let tags = try S3Tag.checked(try Tagging(parsing: document).tags, of: .bucket)
        try await call.buckets.set(.tagging, of: call.bucket, to: tags.isEmpty ? nil : document)
        return .empty(.noContent)
    }

    static func deleteSetting(_ setting: BucketSetting) -> Action {
        { call in
            try await call.buckets.set(setting, of: call.bucket, to: nil)
            return .empty(.noContent)
        }
    }

    static func putBucketEncryption(_ call: S3Call) async throws -> Reply {
        let setting = try ServerSideEncryptionConfiguration(parsing: try await call.document())
        try await call.buckets.setEncryption(setting.document, asking: try S3Encryption.request(of: setting), of: call.bucket)
        return .empty(.ok)
    }

    static func deleteBucketEncryption(_ call: S3Call) async throws -> Reply {
        try await call.buckets.resetEncryption(of: call.bucket)
        return .empty(.noContent)
    }

    static func putPublicAccessBlock(_ call: S3Call) async throws -> Reply {
        let block = try PublicAccessBlockConfiguration(parsing: try await call.document())
        try await call.buckets.set(.publicAccessBlock, of: call.bucket, to: block.document)
        return .empty(.ok)
    }

    static func putBucketOwnershipControls(_ call: S3Call) async throws -> Reply {
        let document = try await call.document()
        _ = try OwnershipControls(parsing: document)
        try requireOwned(acl: try await call.buckets.setting(.acl, of: call.bucket), under: document)
        try await call.buckets.set(.ownership, of: call.bucket, to: document)
        return .empty(.ok)
    }

    /// What Ferry does not have, and so no bucket.
    static func missing(_ code: S3ErrorCode) -> Action {
        { call in
            _ = try await call.buckets.require(call.bucket)
            throw S3Error(code)
        }
    }

    /// What Ferry does not have, where S3 says so by an empty document.
    static func empty(_ root: String) -> Action {
        { call in
            _ = try await call.buckets.require(call.bucket)
            return .s3(root) { _ in }
        }
    }

    static func getBucketRequestPayment(_ call: S3Call) async throws -> Reply {
        _ = try await call.buckets.require(call.bucket)
        return .s3("RequestPaymentConfiguration") { $0.element("Payer", "BucketOwner") }
    }

    static func getBucketVersioning(_ call: S3Call) async throws -> Reply {
        let bucket = try await call.buckets.require(call.bucket)
        return .s3("VersioningConfiguration") { xml in
            switch bucket.versioning {
            case .off: break
            case .enabled: xml.element("Status", "Enabled")
            case .suspended: xml.element("Status", "Suspended")
            }
        }
    }

    static func putBucketVersioning(_ call: S3Call) async throws -> Reply {
        let setting = try VersioningConfiguration(parsing: try await call.document())
        guard let status = setting.status else { throw S3Error(.illegalVersioningConfiguration) }
        try await call.buckets.setVersioning(status == .enabled ? .enabled : .suspended, of: call.bucket)
        return .empty(.ok)
    }

    /// A policy is a JSON object; what it says is kept and not yet obeyed: only the owner gets in.
    static func putBucketPolicy(_ call: S3Call) async throws -> Reply {
        let document = try await call.document()
        try BucketPolicy.check(document, for: call.bucket)
        try await call.requireNotBlocked(policy: document)
        try await call.buckets.set(.policy, of: call.bucket, to: document)
        return .empty(.noContent)
    }

    /// Whether the policy lets everybody in, by S3's meaning of public.
    static func getBucketPolicyStatus(_ call: S3Call) async throws -> Reply {
        guard let document = try await call.buckets.setting(.policy, of: call.bucket) else {
            throw S3Error(.noSuchBucketPolicy)
        }
        return .s3("PolicyStatus") { $0.element("IsPublic", BucketPolicy.isPublic(document)) }
    }
}
