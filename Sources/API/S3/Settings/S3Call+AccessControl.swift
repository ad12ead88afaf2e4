import Domain
import Services
import Wire

/// ACLs: the canned ones, kept, shown and obeyed where the bucket takes ACLs.
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
        try await settings().requireACLs()
        return try await askedACL()
    }

    /// The policy of a bucket is a matter of its account, also where it lets others at itself.
    ///
    /// - Throws: `S3Error` `MethodNotAllowed`.
    func requireOwnAccount() throws(S3Error) {
        guard account == owner else { throw S3Error(.methodNotAllowed) }
    }

    private func askedACL() async throws -> CannedACL {
        if let header = header("x-amz-acl") { return try CannedACL(header: header) }
        let policy = try AccessControlPolicy(parsing: try await document())
        guard let acl = CannedACL(grants: policy.grants, of: owner.canonicalID) else {
            throw S3Error(.notImplemented, "Grants are not implemented: use a canned ACL (x-amz-acl)")
        }
        return acl
    }
}

extension CannedACL {
    init(header: String) throws(S3Error) {
        guard let acl = CannedACL(rawValue: header) else { throw .invalidArgument("x-amz-acl", header, "This is not a canned ACL") }
        self = acl
    }
}

extension Reply {
    static func acl(_ acl: CannedACL?, of account: AccountID) -> Reply {
        let acl = acl ?? .private
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
