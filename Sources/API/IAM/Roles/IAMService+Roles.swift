import Domain
import Wire

extension IAMService {
    static let roles: [any Action<QueryReader>.Type] = [
        CreateRole.self, CreateServiceLinkedRole.self, DeleteRole.self, GetRole.self, ListRoleTags.self, ListRoles.self, TagRole.self,
        UntagRole.self,
        UpdateAssumeRolePolicy.self, UpdateRole.self, UpdateRoleDescription.self,
    ]
}

extension TextConstraint {
    static let roleDescription = TextConstraint(0...1000, "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*") { scalar in
        isOfDocument(scalar) && !(0x7F...0xA0).contains(scalar.value)
    }
    static let policyDocument = TextConstraint(1...131_072, "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+", of: isOfDocument)

    private static func isOfDocument(_ scalar: Unicode.Scalar) -> Bool {
        (0x20...0xFF).contains(scalar.value) || "\t\n\r".unicodeScalars.contains(scalar)
    }
}

extension XMLWriter {
    /// A policy document, escaped as IAM answers it: what was sent comes back to the letter.
    mutating func document(_ name: String, _ text: String?) { element(name, text.map(PercentEncoding.encode)) }

    /// The members of IAM's type `Role` that lists have too.
    mutating func listed(_ role: IAMIdentity, in partition: String) {
        element("Path", role.path)
        element("RoleName", role.name)
        element("RoleId", role.id)
        element("Arn", role.arn(in: partition).description)
        element("CreateDate", date: role.createdAt)
        document("AssumeRolePolicyDocument", role.trust)
        element("Description", role.description.isEmpty ? nil : role.description)
        element("MaxSessionDuration", role.sessionSeconds)
    }

    /// All members of IAM's type `Role`.
    mutating func whole(_ role: IAMIdentity, tags: [Tag], in partition: String) {
        listed(role, in: partition)
        boundary(of: role, in: partition)
        write(tags)
        lastUse(of: role)
    }

    mutating func boundary(of identity: IAMIdentity, in partition: String) {
        guard let arn = identity.boundary.flatMap(ManagedPolicyARN.init(rawValue:)) else { return }
        element("PermissionsBoundary") { xml in
            xml.element("PermissionsBoundaryType", "Policy")
            xml.element("PermissionsBoundaryArn", arn.text(in: partition))
        }
    }

    /// Empty for one that was never used.
    mutating func lastUse(of role: IAMIdentity) {
        element("RoleLastUsed") { xml in
            xml.element("LastUsedDate", date: role.usedAt)
            xml.element("Region", role.usedRegion)
        }
    }
}
