import Domain
import Services
import Wire

/// Lists the users under a path, by name.
struct ListUsers: IAMAction {
    static let permissions = [Permission<Self>("iam:ListUsers") { [$1.iam(all: .user, under: $0.pathPrefix)] }]

    private let pathPrefix: String?
    private let page: IAMPageRequest

    init(from query: QueryReader) throws(RequestError) {
        pathPrefix = try query.optionalText("PathPrefix", .pathPrefix)
        page = try query.page
    }

    func run(in call: Call) async throws -> Answer {
        let page = try await IAMIdentities(call).list(.user, pathPrefix: pathPrefix, page)
        return Answer(page: page, partition: call.region.partition)
    }

    struct Answer: XMLEncodable {
        let page: Page<IAMIdentity>
        let partition: String

        func write(to xml: inout XMLWriter) {
            xml.members("Users", page.elements) { $0.write(user: $1, in: partition, isWhole: false) }
            xml.pageEnd(page)
        }
    }
}
