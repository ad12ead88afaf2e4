import Domain
import Services
import Wire

/// Tells all of a role.
struct GetRole: IAMAction {
    static let permissions = [Permission<Self>("iam:GetRole") { [try await $1.iam(.role, $0.name)] }]

    private let name: String

    init(from query: QueryReader) throws(RequestError) { name = try query.text("RoleName", .roleName) }

    func run(in call: Call) async throws -> Answer {
        let (role, tags) = try await IAMIdentities(call).describe(.role, name)
        return Answer(role: role, tags: tags, partition: call.region.partition)
    }

    struct Answer: XMLEncodable {
        let role: IAMIdentity
        let tags: [Tag]
        let partition: String

        func write(to xml: inout XMLWriter) { xml.element("Role") { $0.whole(role, tags: tags, in: partition) } }
    }
}

/// Lists roles. Their boundaries, tags and last uses are GetRole's to tell, as in IAM.
struct ListRoles: IAMAction {
    static let permissions = [Permission<Self>("iam:ListRoles") { [$1.iam(all: .role, under: $0.pathPrefix)] }]

    private let pathPrefix: String?
    private let page: IAMPageRequest

    init(from query: QueryReader) throws(RequestError) {
        pathPrefix = try query.optionalText("PathPrefix", .pathPrefix)
        page = try query.page
    }

    func run(in call: Call) async throws -> Answer {
        Answer(page: try await IAMIdentities(call).list(.role, pathPrefix: pathPrefix, page), partition: call.region.partition)
    }

    struct Answer: XMLEncodable {
        let page: Page<IAMIdentity>
        let partition: String

        func write(to xml: inout XMLWriter) {
            xml.members("Roles", page.elements) { $0.listed($1, in: partition) }
            xml.pageEnd(page)
        }
    }
}
