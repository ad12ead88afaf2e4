import Domain
import Foundation
import Wire

extension IAMService {
    static let users: [any Action<QueryReader>.Type] = [
        CreateUser.self, DeleteUser.self, GetUser.self, ListGroupsForUser.self, ListUserTags.self, ListUsers.self, TagUser.self,
        UntagUser.self, UpdateUser.self,
    ]
}

extension XMLWriter {
    /// The members of IAM's type `User`.
    ///
    /// - Parameter isWhole: whether boundary and tags are told: listings leave them out.
    mutating func write(user: IAMIdentity, in partition: String, isWhole: Bool, passwordUsedAt: Date? = nil, tags: [Tag] = []) {
        element("Path", user.path)
        element("UserName", user.name)
        element("UserId", user.id)
        element("Arn", user.arn(in: partition).description)
        element("CreateDate", date: user.createdAt)
        element("PasswordLastUsed", date: passwordUsedAt)
        guard isWhole else { return }
        boundary(of: user, in: partition)
        write(tags)
    }
}
