import Domain
import Services
import Wire

/// Makes a user, who may do nothing until policies let it.
struct CreateUser: IAMAction {
    static let permissions = [
        Permission<Self>("iam:CreateUser") { [$1.iam(new: .user, $0.path, $0.name)] },
        Permission<Self>("iam:TagUser") { $0.tags.isEmpty ? [] : [$1.iam(new: .user, $0.path, $0.name)] },
    ]

    private let name: String
    private let path: String
    private let boundary: String?
    private let tags: [Tag]

    init(from query: QueryReader) throws(RequestError) {
        name = try query.text("UserName", .userName)
        path = try query.optionalText("Path", .path) ?? "/"
        boundary = try query.optionalText("PermissionsBoundary", .arn)
        tags = try query.tags
    }

    func run(in call: Call) async throws -> Answer {
        let user = try await Users(call).create(name, path: path, boundary: boundary, tags: tags)
        return Answer(user: user, partition: call.region.partition, tags: tags)
    }

    struct Answer: XMLEncodable {
        let user: IAMIdentity
        let partition: String
        let tags: [Tag]

        func write(to xml: inout XMLWriter) {
            xml.element("User") { $0.write(user: user, in: partition, isWhole: true, tags: tags) }
        }
    }
}
