import Domain
import Services
import Wire

/// Takes a name away; the key stays.
struct DeleteAlias: KMSAction {
    static let members: [JSONMember] = [.required("AliasName", .aliasName)]

    private let alias: String

    init(from json: JSONReader) throws { alias = try json["AliasName"] }

    func run(in call: Call) async throws -> NothingToSay {
        try await Keys(call).deleteAlias(alias)
        return NothingToSay()
    }
}
