import Domain
import Services
import Wire

/// Takes a name away; the key stays.
struct DeleteAlias: KMSAction {
    static let permissions = [Permission<Self>("kms:DeleteAlias") { try await $1.alias($0.alias, of: $0.alias) }]

    static let members: [JSONMember] = [.required("AliasName", .aliasName)]

    private let alias: String

    init(from json: JSONReader) throws { alias = try json["AliasName"] }

    func run(in call: Call) async throws -> EmptyAnswer {
        try await Keys(call).deleteAlias(alias)
        return EmptyAnswer()
    }
}
