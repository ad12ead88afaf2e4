import Domain
import Services
import Wire

/// The tags of a key.
struct ListResourceTags: KMSAction {
    static let permissions = [Permission<Self>("kms:ListResourceTags") { [try await $1.key($0.keyID)] }]

    static let members: [JSONMember] = [.required("KeyId", .keyID)] + JSONMember.page

    private let keyID: String
    private let page: KeyPageRequest

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
        page = try json.page()
    }

    func run(in call: Call) async throws -> KeyPage<Entry> {
        KeyPage(name: "Tags", page: try await Keys(call).tags(of: keyID, page).map(Entry.init))
    }

    struct Entry: JSONEncodable {
        let tag: Tag

        func write(to json: inout JSONWriter) {
            json.member("TagKey", tag.key)
            json.member("TagValue", tag.value)
        }
    }
}
