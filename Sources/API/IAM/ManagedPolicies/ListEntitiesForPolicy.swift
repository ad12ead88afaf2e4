import Domain
import Services
import Wire

/// Lists who uses a policy.
struct ListEntitiesForPolicy: IAMAction {
    static let permissions = [Permission<Self>("iam:ListEntitiesForPolicy") { [$1.policy($0.arn)] }]

    private let arn: String
    private let filter: IAMEntityType?
    private let usage: ManagedPolicies.Usage?
    private let pathPrefix: String
    private let page: IAMPageRequest

    init(from query: QueryReader) throws(RequestError) {
        arn = try query.text("PolicyArn", .arn)
        filter = try query.optionalChoice("EntityFilter")
        usage = try query.optionalChoice("PolicyUsageFilter")
        pathPrefix = try query.optionalText("PathPrefix", .path) ?? "/"
        page = try query.page
    }

    func run(in call: Call) async throws -> Answer {
        let kinds = filter.map { [$0.kind].compactMap(\.self) } ?? [.user, .group, .role]
        return Answer(page: try await ManagedPolicies(call).entities(of: arn, kinds: kinds, usage: usage, pathPrefix: pathPrefix, page))
    }

    struct Answer: XMLEncodable {
        let page: Page<IAMIdentity>

        func write(to xml: inout XMLWriter) {
            for kind in [IAMIdentity.Kind.group, .user, .role] {
                xml.members("Policy\(kind.title)s", page.elements.filter { $0.kind == kind }) { xml, identity in
                    xml.element("\(kind.title)Name", identity.name)
                    xml.element("\(kind.title)Id", identity.id)
                }
            }
            xml.pageEnd(page)
        }
    }
}

/// What filters of IAM tell apart.
enum IAMEntityType: String, CaseIterable {
    case user = "User"
    case role = "Role"
    case group = "Group"
    case localManagedPolicy = "LocalManagedPolicy"
    case awsManagedPolicy = "AWSManagedPolicy"

    /// Nil for a policy.
    var kind: IAMIdentity.Kind? {
        switch self {
        case .user: .user
        case .role: .role
        case .group: .group
        case .localManagedPolicy, .awsManagedPolicy: nil
        }
    }
}
