import Domain
import Services
import Wire

/// The account's aliases, or those of one key.
struct ListAliases: KMSAction {
    private let keyID: String?
    private let page: KeyPageRequest

    init(from json: JSONReader) throws {
        keyID = try json["KeyId"]
        page = try json.page()
    }

    func run(in call: Call) async throws -> KeyPage<Entry> {
        let region = call.region
        return KeyPage(name: "Aliases", page: try await Keys(call).aliases(of: keyID, page).map { Entry(alias: $0, region: region) })
    }

    struct Entry: JSONEncodable {
        let alias: KeyAlias
        let region: Region

        func write(to json: inout JSONWriter) {
            json.member("AliasName", alias.name.rawValue)
            json.member("AliasArn", alias.arn(in: region).description)
            json.member("TargetKeyId", alias.target.rawValue)
            json.member("CreationDate", alias.createdAt)
            json.member("LastUpdatedDate", alias.updatedAt)
        }
    }
}
