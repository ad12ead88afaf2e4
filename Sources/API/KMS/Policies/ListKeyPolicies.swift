import Domain
import Services
import Wire

/// The names of a key's policies: always the one.
struct ListKeyPolicies: KMSAction {
    static let permissions = [Permission<Self>("kms:ListKeyPolicies") { [try await $1.key($0.keyID)] }]

    static let members: [JSONMember] = [.required("KeyId", .keyID)] + JSONMember.page

    private let keyID: String
    private let page: KeyPageRequest

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
        page = try json.page()
    }

    func run(in call: Call) async throws -> Answer {
        Answer(page: try await Keys(call).policyNames(of: keyID, page))
    }

    struct Answer: JSONEncodable {
        let page: Page<String>

        func write(to json: inout JSONWriter) {
            json.list("PolicyNames", page.elements)
            json.member("NextMarker", page.nextToken)
            json.member("Truncated", page.nextToken != nil)
        }
    }
}
