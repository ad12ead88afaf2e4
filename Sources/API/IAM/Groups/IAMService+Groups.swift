import Domain
import Wire

extension IAMService {
    static let groups: [any Action<QueryReader>.Type] = [
        AddUserToGroup.self, CreateGroup.self, DeleteGroup.self, GetGroup.self, ListGroups.self, RemoveUserFromGroup.self,
        UpdateGroup.self,
    ]
}

extension XMLWriter {
    /// The members of IAM's type `Group`.
    mutating func write(group: IAMIdentity, in partition: String) {
        element("Path", group.path)
        element("GroupName", group.name)
        element("GroupId", group.id)
        element("Arn", group.arn(in: partition).description)
        element("CreateDate", date: group.createdAt)
    }
}
