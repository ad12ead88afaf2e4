import Domain
import Services
import Wire

/// An action of Organizations, whose service model says what a request may hold.
protocol OrganizationsAction: JSONAction {
    /// What a request may hold, with the constraints of the service model: checked before a request is read.
    static var members: [JSONMember] { get }
}

extension OrganizationsAction {
    static func read(_ json: JSONReader, in call: Call) throws -> ReadAction<Self> {
        try JSONConstraints.check(json, members)
        let action = try Self(from: json)
        try json.requireAllRead()
        return ReadAction(action: action)
    }
}

/// The names of what an organization has, for permissions. They tell it and its management account, wherever the call comes from.
extension Call {
    func organization() async throws -> PolicyResource { try await inOrganization { $0.arn(in: $1) } }

    func organizationAccount(_ id: String) async throws -> PolicyResource { try await inOrganization { $0.arn(ofAccount: id, in: $1) } }

    /// Of the root, a unit or an account.
    func organizationTarget(_ id: String) async throws -> PolicyResource { try await inOrganization { $0.arn(ofTarget: id, in: $1) } }

    func organizationPolicy(_ id: String) async throws -> PolicyResource { try await inOrganization { $0.arn(ofPolicy: id, in: $1) } }

    /// Of whatever can have tags.
    func organizationResource(_ id: String) async throws -> PolicyResource {
        id.hasPrefix("p-") ? try await organizationPolicy(id) : try await organizationTarget(id)
    }

    private func inOrganization(_ name: (Organization, String) -> ARN) async throws -> PolicyResource {
        .named(name(try await Organizations(self).describe().organization, region.partition))
    }
}
