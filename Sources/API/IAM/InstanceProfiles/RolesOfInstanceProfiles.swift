import Domain
import Services
import Wire

/// Gives an instance profile its role. Who does it hands the role to instances, so that passing it must be allowed too.
struct AddRoleToInstanceProfile: IAMAction {
    static let permissions = [
        Permission<Self>("iam:AddRoleToInstanceProfile") { [try await $1.iam(.instanceProfile, $0.profile)] },
        Permission<Self>("iam:PassRole") { [try await $1.iam(.role, $0.role)] }
            .adding { action, call in
                let profile = try await call.iam(.instanceProfile, action.profile)
                return ["iam:passedtoservice": ["ec2.amazonaws.com"], "iam:associatedresourcearn": ["\(profile)"]]
            },
    ]

    private let profile: String
    private let role: String

    init(from query: QueryReader) throws(RequestError) {
        profile = try query.text("InstanceProfileName", .instanceProfileName)
        role = try query.text("RoleName", .roleName)
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await InstanceProfiles(call).add(role: role, to: profile)
        return XMLEmpty()
    }
}

struct RemoveRoleFromInstanceProfile: IAMAction {
    static let permissions = [
        Permission<Self>("iam:RemoveRoleFromInstanceProfile") { [try await $1.iam(.instanceProfile, $0.profile)] }
    ]

    private let profile: String
    private let role: String

    init(from query: QueryReader) throws(RequestError) {
        profile = try query.text("InstanceProfileName", .instanceProfileName)
        role = try query.text("RoleName", .roleName)
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await InstanceProfiles(call).remove(role: role, from: profile)
        return XMLEmpty()
    }
}
