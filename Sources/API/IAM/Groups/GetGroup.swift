import Domain
import Services
import Wire

/// Tells about a group and lists its users, by name.
struct GetGroup: IAMAction {
    static let permissions = [Permission<Self>("iam:GetGroup") { [try await $1.iam(.group, $0.name)] }]

    private let name: String
    private let page: IAMPageRequest

    init(from query: QueryReader) throws(RequestError) {
        name = try query.text("GroupName", .groupName)
        page = try query.page
    }

    func run(in call: Call) async throws -> Answer {
        let (group, users) = try await Groups(call).describe(name, page)
        return Answer(group: group, users: users, partition: call.region.partition)
    }

    struct Answer: XMLEncodable {
        let group: IAMIdentity
        let users: Page<IAMIdentity>
        let partition: String

        func write(to xml: inout XMLWriter) {
            xml.element("Group") { $0.write(group: group, in: partition) }
            xml.members("Users", users.elements) { $0.write(user: $1, in: partition, isWhole: false) }
            xml.pageEnd(users)
        }
    }
}
