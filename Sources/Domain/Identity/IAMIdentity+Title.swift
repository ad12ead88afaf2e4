extension IAMIdentity.Kind {
    /// As in the names of actions and members: `User`.
    package var title: String {
        switch self {
        case .user: "User"
        case .group: "Group"
        case .role: "Role"
        case .instanceProfile: "InstanceProfile"
        }
    }
}
