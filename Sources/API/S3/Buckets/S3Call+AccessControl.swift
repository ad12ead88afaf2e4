import Domain
import Services
import Wire

/// What the settings of a bucket say of the ACLs and policies that requests bring.
extension S3Call {
    /// Refuses the ACL of an object to be written where its bucket does not take it; a request without one passes.
    ///
    /// - Parameter header: the value of `x-amz-acl`.
    /// - Throws: `S3Error` `AccessControlListNotSupported`, `AccessDenied`, `InvalidArgument`.
    func requireAllowed(acl header: String?) async throws {
        guard let header else { return }
        let acl = try CannedACL(header: header)
        // Of the owner of the bucket, who alone writes there, both say what holds without ACLs: rclone and awspub send one by themselves.
        if ![.bucketOwnerFullControl, .private].contains(acl) { try await requireACLsEnabled() }
        try await requireNotBlocked(acl)
    }

    /// Refuses to set an ACL in a bucket whose owner owns all objects in it.
    func requireACLsEnabled() async throws {
        guard let document = try await buckets.setting(.ownership, of: bucket) else { return }
        guard try OwnershipControls(parsing: document).objectOwnership == .bucketOwnerEnforced else { return }
        throw S3Error(.accessControlListNotSupported)
    }

    /// Refuses a public ACL in a bucket that blocks them.
    func requireNotBlocked(_ acl: CannedACL) async throws {
        guard acl.isPublic, try await publicAccessBlock()?.blockPublicACLs == true else { return }
        throw S3Error(.accessDenied, explanation: "Public ACLs are blocked by the BlockPublicAcls setting of the bucket")
    }

    /// Refuses a public policy for a bucket that blocks them.
    func requireNotBlocked(policy document: [UInt8]) async throws {
        guard BucketPolicy.isPublic(document), try await publicAccessBlock()?.blockPublicPolicy == true else { return }
        throw S3Error(.accessDenied, explanation: "Public policies are blocked by the BlockPublicPolicy setting of the bucket")
    }

    private func publicAccessBlock() async throws -> PublicAccessBlockConfiguration? {
        guard let document = try await buckets.setting(.publicAccessBlock, of: bucket) else { return nil }
        return try PublicAccessBlockConfiguration(parsing: document)
    }
}
