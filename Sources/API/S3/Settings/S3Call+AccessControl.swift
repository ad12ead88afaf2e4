import Domain
import Services
import Wire

/// ACLs, the canned ones, are kept and shown: only the owner gets in whatever they say, until accounts have policies. And what the settings of a
/// bucket say of the ACLs and policies that requests bring.
extension S3Call {
    /// Grants in headers would say who gets in: not to be passed over.
    func refuseGrants() throws {
        for right in ["full-control", "read", "read-acp", "write", "write-acp"] where header("x-amz-grant-\(right)") != nil {
            throw S3Error(
                .notImplemented,
                "The header x-amz-grant-\(right) is not implemented: use a canned ACL (x-amz-acl)",
                details: [.init(.header, "x-amz-grant-\(right)")]
            )
        }
    }

    /// The ACL that a request sets, by its name or as a document that says the same, where the bucket takes it.
    func cannedACL() async throws -> CannedACL {
        try refuseGrants()
        try await requireACLsEnabled()
        let acl = try await askedACL()
        try await requireNotBlocked(acl)
        return acl
    }

    private func askedACL() async throws -> CannedACL {
        if let header = header("x-amz-acl") { return try CannedACL(header: header) }
        let policy = try AccessControlPolicy(parsing: try await document())
        guard let acl = CannedACL(grants: policy.grants, of: account.canonicalID) else {
            throw S3Error(.notImplemented, "Grants are not implemented: use a canned ACL (x-amz-acl)")
        }
        return acl
    }

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

extension OwnershipControls {
    /// Refuses settings by which nobody but the owner gets in by an ACL, and an ACL that says otherwise.
    static func requireOwned(acl: [UInt8]?, under ownership: [UInt8]?) throws {
        guard let acl, let ownership, try OwnershipControls(parsing: ownership).objectOwnership == .bucketOwnerEnforced else { return }
        guard CannedACL(rawValue: String(decoding: acl, as: UTF8.self))?.isOpenToOthers == true else { return }
        throw S3Error(.invalidBucketACLWithObjectOwnership)
    }
}

extension Reply {
    static func acl(_ name: String?, of account: AccountID) -> Reply {
        let acl = name.flatMap(CannedACL.init(rawValue:)) ?? .private
        return .s3("AccessControlPolicy") { xml in
            xml.owner("Owner", account)
            xml.list("AccessControlList", acl.grants(of: account.canonicalID), item: "Grant") { xml, grant in
                xml.grantee(grant.grantee)
                xml.element("Permission", grant.permission.rawValue)
            }
        }
    }
}

extension XMLWriter {
    fileprivate mutating func grantee(_ grantee: AccessControlPolicy.Grantee) {
        let (type, name, value) =
            switch grantee {
            case .user(let id): ("CanonicalUser", "ID", id)
            case .email(let address): ("AmazonCustomerByEmail", "EmailAddress", address)
            case .group(let uri): ("Group", "URI", uri)
            }
        let attributes = [("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"), ("xsi:type", type)]
        element("Grantee", attributes: attributes) { $0.element(name, value) }
    }
}
