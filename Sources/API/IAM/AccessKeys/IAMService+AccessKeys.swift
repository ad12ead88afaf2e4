import Domain
import Services
import Wire

extension IAMService {
    static let accessKeys: [any Action<QueryReader>.Type] = [
        CreateAccessKey.self, DeleteAccessKey.self, GetAccessKeyLastUsed.self, ListAccessKeys.self, UpdateAccessKey.self,
    ]
}

extension XMLWriter {
    /// The members that IAM's types `AccessKey` and `AccessKeyMetadata` share.
    mutating func write(_ key: AccessKey, of user: IAMSubject) {
        element("UserName", user.userName)
        element("AccessKeyId", key.id)
        element("Status", key.status.rawValue)
        element("CreateDate", date: key.createdAt)
    }
}
