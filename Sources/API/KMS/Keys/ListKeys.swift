import Domain
import Services
import Wire

/// The account's keys, those that Ferry manages among them.
struct ListKeys: KMSAction {
    static let permissions = [Permission<Self>("kms:ListKeys")]

    static let members: [JSONMember] = JSONMember.page

    private let page: KeyPageRequest

    init(from json: JSONReader) throws { page = try json.page() }

    func run(in call: Call) async throws -> KeyPage<Entry> {
        let keys = Keys(call)
        return KeyPage(name: "Keys", page: try await keys.list(page).map { Entry(id: $0, arn: keys.arn(of: $0)) })
    }

    struct Entry: JSONEncodable {
        let id: KeyID
        let arn: String

        func write(to json: inout JSONWriter) {
            json.member("KeyId", id.rawValue)
            json.member("KeyArn", arn)
        }
    }
}
