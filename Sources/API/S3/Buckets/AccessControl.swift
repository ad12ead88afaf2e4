import Domain
import HTTPTypes
import Services
import Wire

/// ACLs: the canned ones, kept and shown. Only the owner gets in whatever they say, until accounts have policies.
extension S3Service {
    static func getBucketACL(_ call: S3Call) async throws -> Reply {
        let value = try await call.buckets.setting(.acl, of: call.bucket)
        return acl(value.map { String(decoding: $0, as: UTF8.self) }, of: call.call.account)
    }

    static func putBucketACL(_ call: S3Call) async throws -> Reply {
        let acl = try await cannedACL(of: call)
        try await call.buckets.set(.acl, of: call.bucket, to: Array(acl.rawValue.utf8))
        return .empty(.ok)
    }

    static func getObjectACL(_ call: S3Call) async throws -> Reply {
        let object = try await call.besideObject { try await call.objects.head(call.key, in: call.bucket, version: call.versionID) }
        return acl(object.attributes.acl, of: call.call.account)
    }

    static func putObjectACL(_ call: S3Call) async throws -> Reply {
        let acl = try await cannedACL(of: call)
        _ = try await call.besideObject {
            try await call.objects.setACL(acl.rawValue, of: call.key, in: call.bucket, version: call.versionID)
        }
        return .empty(.ok)
    }

    /// Grants in headers would say who gets in: not to be passed over.
    static func refuseGrants(_ call: S3Call) throws {
        for right in ["full-control", "read", "read-acp", "write", "write-acp"] where call.header("x-amz-grant-\(right)") != nil {
            throw S3Error(
                .notImplemented,
                "The header x-amz-grant-\(right) is not implemented: use a canned ACL (x-amz-acl)",
                details: [.init(.header, "x-amz-grant-\(right)")]
            )
        }
    }

    /// Refuses settings by which nobody but the owner gets in by an ACL, and an ACL that says otherwise.
    static func requireOwned(acl: [UInt8]?, under ownership: [UInt8]?) throws {
        guard let acl, let ownership, try OwnershipControls(parsing: ownership).objectOwnership == .bucketOwnerEnforced else { return }
        guard CannedACL(rawValue: String(decoding: acl, as: UTF8.self))?.isOpenToOthers == true else { return }
        throw S3Error(.invalidBucketACLWithObjectOwnership)
    }

    /// The ACL that a request sets, by its name or as a document that says the same, where the bucket takes it.
    private static func cannedACL(of call: S3Call) async throws -> CannedACL {
        try refuseGrants(call)
        try await call.requireACLsEnabled()
        let acl = try await askedACL(of: call)
        try await call.requireNotBlocked(acl)
        return acl
    }

    private static func askedACL(of call: S3Call) async throws -> CannedACL {
        if let header = call.header("x-amz-acl") { return try CannedACL(header: header) }
        let policy = try AccessControlPolicy(parsing: try await call.document())
        guard let acl = CannedACL(grants: policy.grants, of: S3Call.canonicalID(of: call.call.account)) else {
            throw S3Error(.notImplemented, "Grants are not implemented: use a canned ACL (x-amz-acl)")
        }
        return acl
    }

    private static func acl(_ name: String?, of account: AccountID) -> Reply {
        let acl = name.flatMap(CannedACL.init(rawValue:)) ?? .private
        return .s3("AccessControlPolicy") { xml in
            xml.owner("Owner", account)
            xml.list("AccessControlList", acl.grants(of: S3Call.canonicalID(of: account)), item: "Grant") { xml, grant in
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
