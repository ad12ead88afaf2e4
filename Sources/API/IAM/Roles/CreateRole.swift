import Domain
import Services
import Wire

/// Makes a role that those may assume whom its trust policy names.
struct CreateRole: IAMAction {
    static let permissions = [
        Permission<Self>("iam:CreateRole") { [$1.iam(new: .role, $0.request.path, $0.request.name)] },
        Permission<Self>("iam:TagRole") { $0.request.tags.isEmpty ? [] : [$1.iam(new: .role, $0.request.path, $0.request.name)] },
    ]

    private let request: Roles.Request

    init(from query: QueryReader) throws(RequestError) {
        request = Roles.Request(
            name: try query.text("RoleName", .roleName),
            path: try query.optionalText("Path", .path) ?? "/",
            trust: try query.text("AssumeRolePolicyDocument", .policyDocument),
            description: try query.optionalText("Description", .roleDescription) ?? "",
            sessionSeconds: try query.sessionSeconds ?? 3600,
            boundary: try query.optionalText("PermissionsBoundary", .arn),
            tags: try query.tags
        )
    }

    func run(in call: Call) async throws -> Answer {
        Answer(role: try await Roles(call).create(request), tags: request.tags, partition: call.region.partition)
    }

    struct Answer: XMLEncodable {
        let role: IAMIdentity
        let tags: [Tag]
        let partition: String

        func write(to xml: inout XMLWriter) {
            xml.element("Role") { xml in
                xml.listed(role, in: partition)
                xml.boundary(of: role, in: partition)
                xml.write(tags)
            }
        }
    }
}

extension QueryReader {
    /// How long a session of a role may last.
    var sessionSeconds: Int? {
        get throws(RequestError) { try optionalInteger("MaxSessionDuration", 3600...43_200) }
    }
}
