import Domain
import Services
import Wire

/// Moves a name to another key.
struct UpdateAlias: KMSAction {
    static let permissions = [Permission<Self>("kms:UpdateAlias") { try await $1.alias($0.alias, of: $0.target, isMoved: true) }]

    static let members: [JSONMember] = [.required("AliasName", .aliasName), .required("TargetKeyId", .keyID)]

    private let alias: String
    private let target: String

    init(from json: JSONReader) throws {
        alias = try json["AliasName"]
        target = try json.keyID("TargetKeyId")
    }

    func run(in call: Call) async throws -> EmptyAnswer {
        try await Keys(call).updateAlias(alias, to: target)
        return EmptyAnswer()
    }
}
