import Foundation

/// The id of the association of an instance profile with an instance, as `iip-assoc-0123456789abcdef0`.
package struct ProfileAssociationID: ResourceID {
    package static let prefix = "iip-assoc"
    package let rawValue: String
    package init(wellFormed text: String) { rawValue = text }
}

/// An instance profile at an instance: one at most, from the launch on or later.
package struct ProfileAssociation: Sendable, Equatable, Filterable {
    package static let filterNames: Set<String> = ["instance-id", "state"]

    package let id: ProfileAssociationID
    package let instance: InstanceID
    package let profile: InstanceProfileReference
    package let associatedAt: Date

    /// As it is listed: what is asked for has happened.
    package static let state = "associated"

    /// It has none.
    package var tags: [Tag] { [] }

    package func texts(forFilter name: String) -> [String]? {
        switch name {
        case "instance-id": [instance.rawValue]
        case "state": [Self.state]
        default: nil
        }
    }
}

/// What an instance keeps of its profile: it may be deleted meanwhile.
package struct InstanceProfileReference: Sendable, Equatable {
    package let arn: String
    package let id: String

    package init(arn: String, id: String) {
        self.arn = arn
        self.id = id
    }
}

extension Instance {
    /// The association of the profile that it has; nil when it has none, and when it ends.
    package var profileAssociation: ProfileAssociation? {
        guard !state.isEnding, let id = profileAssociationID, let date = profileAssociatedAt, let profile, let profileID else { return nil }
        return ProfileAssociation(
            id: id,
            instance: self.id,
            profile: InstanceProfileReference(arn: profile, id: profileID),
            associatedAt: date
        )
    }

    /// Gives it a profile. Its guest is told of it when it asks next.
    ///
    /// - Throws: `Fault` `IncorrectState` when it has one, `IncorrectInstanceState` when it neither runs nor is stopped.
    package mutating func associate(_ profile: InstanceProfileReference, at now: Date) throws {
        try requireForProfile()
        guard profileAssociation == nil else { throw Fault(.incorrectState, "There is an existing association for instance \(id)") }
        set(profile, at: now)
    }

    /// Gives it another profile than it has, under a new association.
    package mutating func replaceProfile(with profile: InstanceProfileReference, at now: Date) throws {
        try requireForProfile()
        set(profile, at: now)
    }

    package mutating func disassociateProfile() {
        (profile, profileID, profileAssociationID, profileAssociatedAt) = (nil, nil, nil, nil)
    }

    private mutating func set(_ profile: InstanceProfileReference, at now: Date) {
        (self.profile, profileID) = (profile.arn, profile.id)
        (profileAssociationID, profileAssociatedAt) = (.random(), now)
    }

    private func requireForProfile() throws {
        guard state == .running || state == .stopped || state == .pending || state == .stopping else {
            throw Fault(.incorrectInstanceState, "The instance '\(id)' is not in a state from which it can be associated with a profile.")
        }
    }
}
