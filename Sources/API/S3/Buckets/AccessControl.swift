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
        let object = try await call.objects.head(call.key, in: call.bucket, version: call.versionID)
        return acl(object.attributes.acl, of: call.call.account)
    }

    static func putObjectACL(_ call: S3Call) async throws -> Reply {
        let acl = try await cannedACL(of: call)
        _ = try await call.objects.setACL(acl.rawValue, of: call.key, in: call.bucket, version: call.versionID)
        return .empty(.ok)
    }

    /// Grants in headers would say who gets in: not to be passed over.
    static func refuseGrants(_ call: S3Call) throws {
        for right in ["full-control", "read", "read-acp", "write", "write-acp"] where call.header("x-amz-grant-\(right)") != nil {
            throw S3Error(.notImplemented, "The header x-amz-grant-\(right) is not implemented: use a canned ACL (x-amz-acl)")
        }
    }

    private static func cannedACL(of call: S3Call) async throws -> CannedACL {
        try refuseGrants(call)
        if let header = call.header("x-amz-acl") { return try CannedACL(header: header) }
        let policy = try AccessControlPolicy(parsing: try await call.document())
        let owner = S3Call.canonicalID(of: call.call.account)
        let isPrivate = policy.grants.allSatisfy { $0.grantee == .user(id: owner) && $0.permission == .fullControl }
        guard isPrivate, !policy.grants.isEmpty else {
            throw S3Error(.notImplemented, "Grants are not implemented: use a canned ACL (x-amz-acl)")
        }
        return .private
    }

    private static func acl(_ name: String?, of account: AccountID) -> Reply {
        let groups = "http://acs.amazonaws.com/groups"
        return .s3("AccessControlPolicy") { xml in
            xml.owner("Owner", account)
            xml.element("AccessControlList") { xml in
                xml.grant("FULL_CONTROL", type: "CanonicalUser") { $0.element("ID", S3Call.canonicalID(of: account)) }
                switch name.flatMap(CannedACL.init(rawValue:)) {
                case .publicRead: xml.grant("READ", type: "Group") { $0.element("URI", "\(groups)/global/AllUsers") }
                case .publicReadWrite:
                    xml.grant("READ", type: "Group") { $0.element("URI", "\(groups)/global/AllUsers") }
                    xml.grant("WRITE", type: "Group") { $0.element("URI", "\(groups)/global/AllUsers") }
                case .authenticatedRead: xml.grant("READ", type: "Group") { $0.element("URI", "\(groups)/global/AuthenticatedUsers") }
                case .awsExecRead: xml.grant("READ", type: "CanonicalUser") { $0.element("ID", ec2) }
                default: break
                }
            }
        }
    }

    /// Whom `aws-exec-read` lets read: EC2 itself, by its canonical id in the S3 User Guide.
    private static let ec2 = "6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c"
}

extension XMLWriter {
    fileprivate mutating func grant(_ permission: String, type: String, _ grantee: (inout XMLWriter) -> Void) {
        element("Grant") { xml in
            let attributes = [("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"), ("xsi:type", type)]
            xml.element("Grantee", attributes: attributes, grantee)
            xml.element("Permission", permission)
        }
    }
}
