import Domain
import Services
import Wire

extension IAMService {
    static let instanceProfiles: [any Action<QueryReader>.Type] = [
        AddRoleToInstanceProfile.self, CreateInstanceProfile.self, DeleteInstanceProfile.self, GetInstanceProfile.self,
        ListInstanceProfileTags.self, ListInstanceProfiles.self, ListInstanceProfilesForRole.self, RemoveRoleFromInstanceProfile.self,
        TagInstanceProfile.self, UntagInstanceProfile.self,
    ]
}

extension XMLWriter {
    /// The members of IAM's type `InstanceProfile`.
    mutating func write(_ profile: InstanceProfile, in partition: String) {
        element("Path", profile.identity.path)
        element("InstanceProfileName", profile.identity.name)
        element("InstanceProfileId", profile.identity.id)
        element("Arn", profile.identity.arn(in: partition).description)
        element("CreateDate", date: profile.identity.createdAt)
        members("Roles", [profile.role].compactMap(\.self)) { $0.listed($1, in: partition) }
        write(profile.tags)
    }
}

/// One instance profile, as answers have it.
struct InstanceProfileAnswer: XMLEncodable {
    let profile: InstanceProfile
    let partition: String

    func write(to xml: inout XMLWriter) { xml.element("InstanceProfile") { $0.write(profile, in: partition) } }
}

/// A page of instance profiles.
struct InstanceProfilePage: XMLEncodable {
    let page: Page<InstanceProfile>
    let partition: String

    func write(to xml: inout XMLWriter) {
        xml.members("InstanceProfiles", page.elements) { $0.write($1, in: partition) }
        xml.pageEnd(page)
    }
}
