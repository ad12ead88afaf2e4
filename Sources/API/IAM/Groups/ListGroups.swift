import Domain
import Services
import Wire

/// Lists the groups under a path, by name.
struct ListGroups: IAMAction {
    static let permissions = [Permission<Self>("iam:ListGroups") { [$1.iam(all: .group, under: $0.pathPrefix)] }]

    private let pathPrefix: String?
    private let page: IAMPageRequest

    init(from query: QueryReader) throws(RequestError) {
        pathPrefix = try query.optionalText("PathPrefix", .pathPrefix)
        page = try query.page
    }

    func run(in call: Call) async throws -> Answer {
        let page = try await IAMIdentities(call).list(.group, pathPrefix: pathPrefix, page)
        return Answer(page: page, partition: call.region.partition)
    }

    struct Answer: XMLEncodable {
        let page: Page<IAMIdentity>
        let partition: String

        func write(to xml: inout XMLWriter) {
            xml.members("Groups", page.elements) { $0.write(group: $1, in: partition) }
            xml.pageEnd(page)
        }
    }
}
