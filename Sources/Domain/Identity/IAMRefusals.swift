/// What IAM says of names that lead nowhere, or to something already, in its own words, which clients match on.
extension Fault {
    package static func noSuchEntity(_ kind: IAMIdentity.Kind, _ name: String) -> Fault {
        Fault(
            .noSuchEntity,
            kind == .instanceProfile
                ? "Instance Profile \(name) cannot be found." : "The \(kind.rawValue) with name \(name) cannot be found."
        )
    }

    package static func entityAlreadyExists(_ kind: IAMIdentity.Kind, _ name: String) -> Fault {
        let text =
            switch kind {
            case .user: "User with name"
            case .group: "Group with name"
            case .role: "Role with name"
            case .instanceProfile: "Instance Profile"
            }
        return Fault(.entityAlreadyExists, "\(text) \(name) already exists.")
    }

    /// - Parameter remedy: what must be done first, as in "detach all policies".
    package static func deleteConflict(_ remedy: String) -> Fault {
        Fault(.deleteConflict, "Cannot delete entity, must \(remedy) first.")
    }

    /// - Parameter quota: as `UsersPerAccount`.
    package static func limitExceeded(_ quota: String, _ max: Int) -> Fault {
        Fault(.limitExceeded, "Cannot exceed quota for \(quota): \(max)")
    }
}
