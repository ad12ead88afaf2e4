import Domain
import Services
import Wire

/// The account's aliases, or those of one key.
struct ListAliases: KMSAction {
    static let permissions = [Permission<Self>("kms:ListAliases")]

    static let members: [JSONMember] = [.optional("KeyId", .keyID)] + JSONMember.page

    private let keyID: String?
    private let page: KeyPageRequest

    init(from json: JSONReader) throws {
        keyID = try json["KeyId"]
        page = try json.page()
    }

    func run(in call: Call) async throws -> KeyPage<Entry> {
        let (region, account) = (call.region, call.account)
        let page = try await Keys(call).aliases(of: keyID, page)
        return KeyPage(
            name: "Aliases",
            page: page.map { Entry(listed: $0, arn: KeyARN(region: region, account: account, resource: .alias($0.name))) }
        )
    }

    struct Entry: JSONEncodable {
        let listed: ListedAlias
        let arn: KeyARN

        func write(to json: inout JSONWriter) {
            json.member("AliasName", listed.name.rawValue)
            json.member("AliasArn", arn.description)
            json.member("TargetKeyId", listed.alias?.target.rawValue)
            json.member("CreationDate", listed.alias?.createdAt)
            json.member("LastUpdatedDate", listed.alias?.updatedAt)
        }
    }
}
