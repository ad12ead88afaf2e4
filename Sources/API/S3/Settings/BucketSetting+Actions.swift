import Domain
import HTTPTypes
import NIOCore
import Services
import Wire

/// An action that gives back what is set of a bucket, as it is kept.
protocol BucketSettingRead: S3Action {
    static var setting: BucketSetting { get }
    /// What is said of a bucket where it is not set.
    static var missing: S3ErrorCode { get }
}

extension BucketSettingRead {
    func run(_ call: S3Call) async throws -> Reply {
        guard let value = try await call.buckets.setting(Self.setting, of: call.bucket) else { throw S3Error(Self.missing) }
        let type = Self.setting == .policy ? "application/json" : "application/xml"
        return Reply(status: .ok, headers: [.contentType: type], body: ByteBuffer(bytes: value))
    }
}

/// An action that takes away what is set of a bucket.
protocol BucketSettingDeletion: S3Action {
    static var setting: BucketSetting { get }
}

extension BucketSettingDeletion {
    func run(_ call: S3Call) async throws -> Reply {
        try await call.buckets.set(Self.setting, of: call.bucket, to: nil)
        return .empty(.noContent)
    }
}
