import Domain
import Services
import Wire

/// Changes what a role is described as, and how long its sessions may last.
struct UpdateRole: IAMAction {
    static let permissions = [Permission<Self>("iam:UpdateRole") { [try await $1.iam(.role, $0.name)] }]

    private let name: String
    private let description: String?
    private let sessionSeconds: Int?

    init(from query: QueryReader) throws(RequestError) {
        name = try query.text("RoleName", .roleName)
        description = try query.possiblyEmptyText("Description", .roleDescription)
        sessionSeconds = try query.sessionSeconds
    }

    func run(in call: Call) async throws -> XMLEmpty {
        _ = try await Roles(call).update(name, description: description, sessionSeconds: sessionSeconds)
        return XMLEmpty()
    }
}

/// Changes what a role is described as.
struct UpdateRoleDescription: IAMAction {
    static let permissions = [Permission<Self>("iam:UpdateRoleDescription") { [try await $1.iam(.role, $0.name)] }]

    private let name: String
    private let description: String

    init(from query: QueryReader) throws(RequestError) {
        name = try query.text("RoleName", .roleName)
        guard let description = try query.possiblyEmptyText("Description", .roleDescription) else { throw .missing("Description") }
        self.description = description
    }

    func run(in call: Call) async throws -> Answer {
        Answer(role: try await Roles(call).update(name, description: description), partition: call.region.partition)
    }

    struct Answer: XMLEncodable {
        let role: IAMIdentity
        let partition: String

        func write(to xml: inout XMLWriter) { xml.element("Role") { $0.listed(role, in: partition) } }
    }
}

/// Changes who may assume a role.
struct UpdateAssumeRolePolicy: IAMAction {
    static let permissions = [Permission<Self>("iam:UpdateAssumeRolePolicy") { [try await $1.iam(.role, $0.name)] }]

    private let name: String
    private let document: String

    init(from query: QueryReader) throws(RequestError) {
        name = try query.text("RoleName", .roleName)
        document = try query.text("PolicyDocument", .policyDocument)
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await Roles(call).setTrust(of: name, to: document)
        return XMLEmpty()
    }
}
