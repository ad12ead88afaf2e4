import Domain
import Services
import Wire

extension BucketDocuments {
    /// Makes values of the documents that an older Ferry has kept. They were checked when they came.
    package func adopt() async throws {
        try await adopt { bucket, documents in
            var settings = BucketSettings()
            settings.acl = documents["acl"].flatMap { CannedACL(rawValue: String(decoding: $0, as: UTF8.self)) }
            settings.location = documents["location"].map { String(decoding: $0, as: UTF8.self) }
            settings.policy = documents["policy"].map { BucketPolicy(checked: String(decoding: $0, as: UTF8.self)) }
            settings.ownership = try documents["ownership"].map { try OwnershipControls(parsing: $0).ownership }
            settings.tags = try documents["tagging"].map { try Tagging(parsing: $0).tags.map(\.tag) } ?? []
            settings.encryption = try documents["encryption"].map { try BucketEncryption(ServerSideEncryptionConfiguration(parsing: $0)) }
            settings.publicAccess = try documents["publicAccessBlock"].map {
                PublicAccessBlock(try PublicAccessBlockConfiguration(parsing: $0))
            }
            return settings
        }
    }
}
