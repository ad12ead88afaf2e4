import Domain
import Services
import Wire

struct CreateInstanceProfile: IAMAction {
    static let permissions = [
        Permission<Self>("iam:CreateInstanceProfile") { [$1.iam(new: .instanceProfile, $0.path, $0.name)] },
        Permission<Self>("iam:TagInstanceProfile") { $0.tags.isEmpty ? [] : [$1.iam(new: .instanceProfile, $0.path, $0.name)] },
    ]

    private let name: String
    private let path: String
    private let tags: [Tag]

    init(from query: QueryReader) throws(RequestError) {
        name = try query.text("InstanceProfileName", .instanceProfileName)
        path = try query.optionalText("Path", .path) ?? "/"
        tags = try query.tags
    }

    func run(in call: Call) async throws -> InstanceProfileAnswer {
        let profile = try await InstanceProfiles(call).create(name, path: path, tags: tags)
        return InstanceProfileAnswer(profile: profile, partition: call.region.partition)
    }
}

/// Deletes an instance profile that carries no role any more.
struct DeleteInstanceProfile: IAMAction {
    static let permissions = [Permission<Self>("iam:DeleteInstanceProfile") { [try await $1.iam(.instanceProfile, $0.name)] }]

    private let name: String

    init(from query: QueryReader) throws(RequestError) { name = try query.text("InstanceProfileName", .instanceProfileName) }

    func run(in call: Call) async throws -> XMLEmpty {
        try await InstanceProfiles(call).delete(name)
        return XMLEmpty()
    }
}
