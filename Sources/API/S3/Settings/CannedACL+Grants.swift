import Domain
import Wire

/// A line of an access control list.
struct ACLGrant: Hashable {
    let grantee: AccessControlPolicy.Grantee
    let permission: AccessControlPolicy.Permission
}

extension CannedACL {
    /// What the ACL stands for when an account owns both the bucket and its objects.
    func grants(of owner: String) -> [ACLGrant] {
        [ACLGrant(grantee: .user(id: owner), permission: .fullControl)] + grantsToOthers
    }

    /// The ACL that stands for just these grants, in whatever order; nil when none does.
    init?(grants: [AccessControlPolicy.Grant], of owner: String) {
        let wanted = Set(grants.map { ACLGrant(grantee: $0.grantee, permission: $0.permission) })
        guard let acl = CannedACL.allCases.first(where: { Set($0.grants(of: owner)) == wanted }) else { return nil }
        self = acl
    }

    private var grantsToOthers: [ACLGrant] {
        switch self {
        case .private, .bucketOwnerRead, .bucketOwnerFullControl: return []
        case .publicRead: return [ACLGrant(grantee: Self.everybody, permission: .read)]
        case .publicReadWrite:
            return [ACLGrant(grantee: Self.everybody, permission: .read), ACLGrant(grantee: Self.everybody, permission: .write)]
        case .authenticatedRead: return [ACLGrant(grantee: Self.everyAccount, permission: .read)]
        case .awsExecRead: return [ACLGrant(grantee: Self.ec2, permission: .read)]
        case .logDeliveryWrite:
            return [ACLGrant(grantee: Self.logDelivery, permission: .write), ACLGrant(grantee: Self.logDelivery, permission: .readACL)]
        }
    }

    private static let everybody = AccessControlPolicy.Grantee.group(uri: "http://acs.amazonaws.com/groups/global/AllUsers")
    private static let everyAccount = AccessControlPolicy.Grantee.group(uri: "http://acs.amazonaws.com/groups/global/AuthenticatedUsers")
    private static let logDelivery = AccessControlPolicy.Grantee.group(uri: "http://acs.amazonaws.com/groups/s3/LogDelivery")
    /// EC2 itself, by its canonical id in the S3 User Guide.
    private static let ec2 = AccessControlPolicy.Grantee.user(id: "6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c")
}
