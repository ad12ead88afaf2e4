import Domain
import Services
import Wire

/// Makes a group of users, who have its policies.
struct CreateGroup: IAMAction {
    static let permissions = [Permission<Self>("iam:CreateGroup") { [$1.iam(new: .group, $0.path, $0.name)] }]

    private let name: String
    private let path: String

    init(from query: QueryReader) throws(RequestError) {
        name = try query.text("GroupName", .groupName)
        path = try query.optionalText("Path", .path) ?? "/"
    }

    func run(in call: Call) async throws -> Answer {
        Answer(group: try await Groups(call).create(name, path: path), partition: call.region.partition)
    }

    struct Answer: XMLEncodable {
        let group: IAMIdentity
        let partition: String

        func write(to xml: inout XMLWriter) { xml.element("Group") { $0.write(group: group, in: partition) } }
    }
}
