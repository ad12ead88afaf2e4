import Domain
import Services
import Wire

struct GetInstanceProfile: IAMAction {
    static let permissions = [Permission<Self>("iam:GetInstanceProfile") { [try await $1.iam(.instanceProfile, $0.name)] }]

    private let name: String

    init(from query: QueryReader) throws(RequestError) { name = try query.text("InstanceProfileName", .instanceProfileName) }

    func run(in call: Call) async throws -> InstanceProfileAnswer {
        InstanceProfileAnswer(profile: try await InstanceProfiles(call).describe(name), partition: call.region.partition)
    }
}

struct ListInstanceProfiles: IAMAction {
    static let permissions = [Permission<Self>("iam:ListInstanceProfiles") { [$1.iam(all: .instanceProfile, under: $0.pathPrefix)] }]

    private let pathPrefix: String?
    private let page: IAMPageRequest

    init(from query: QueryReader) throws(RequestError) {
        pathPrefix = try query.optionalText("PathPrefix", .pathPrefix)
        page = try query.page
    }

    func run(in call: Call) async throws -> InstanceProfilePage {
        let profiles = try await InstanceProfiles(call).list(pathPrefix: pathPrefix, page)
        return InstanceProfilePage(page: profiles, partition: call.region.partition)
    }
}

/// Lists the instance profiles that carry a role.
struct ListInstanceProfilesForRole: IAMAction {
    static let permissions = [Permission<Self>("iam:ListInstanceProfilesForRole") { [try await $1.iam(.role, $0.role)] }]

    private let role: String
    private let page: IAMPageRequest

    init(from query: QueryReader) throws(RequestError) {
        role = try query.text("RoleName", .roleName)
        page = try query.page
    }

    func run(in call: Call) async throws -> InstanceProfilePage {
        let profiles = try await InstanceProfiles(call).list(ofRole: role, page)
        return InstanceProfilePage(page: profiles, partition: call.region.partition)
    }
}
