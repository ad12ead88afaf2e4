import Domain
import Foundation

/// Why a call was refused, sealed for the client: DecodeAuthorizationMessage makes it readable to whoever of the same account may.
package struct AuthorizationMessage: Sendable {
    /// What STS takes.
    private static let charactersMax = 10_240
    /// Of the text before it is sealed, which grows by a third and a few bytes.
    private static let bytesMax = 7_000

    private let denial: AccessDenial
    private let principal: Principal
    private let partition: String
    private let conditions: [(key: String, values: [String])]

    /// - Parameter conditions: what conditions of policies have asked about the request.
    package init(_ denial: AccessDenial, of principal: Principal, in partition: String, conditions: [(key: String, values: [String])] = [])
    {
        self.denial = denial
        self.principal = principal
        self.partition = partition
        self.conditions = conditions
    }

    package func sealed(by tokens: TokenSealer) throws -> String {
        var document = try encoded(conditions)
        // A request can bring more than a message holds.
        if document.count > Self.bytesMax { document = try encoded([]) }
        let token = try tokens.sealHidden(Array("\(principal.account)\n".utf8) + document, as: .authorizationMessage)
        return token.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// The document in a message; nil for what is none, or another account's.
    package static func open(_ text: String, for account: AccountID, by tokens: TokenSealer) -> String? {
        guard text.utf8.count <= charactersMax else { return nil }
        let base64 = text.replacing("-", with: "+").replacing("_", with: "/")
        let padded = base64 + String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
        guard let content = tokens.openHidden(padded, as: .authorizationMessage),
            let message = String(validating: content, as: UTF8.self), message.hasPrefix("\(account)\n")
        else { return nil }
        return String(message.dropFirst(account.rawValue.count + 1))
    }

    private func encoded(_ conditions: [(key: String, values: [String])]) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let statements = denial.explicit.map { [Statement(statementId: $0.statement ?? "", effect: "DENY", policy: $0.policy)] } ?? []
        let items = conditions.map { condition in
            Condition(key: condition.key, values: Items(items: condition.values.map(Value.init)))
        }
        let document = Document(
            allowed: false,
            explicitDeny: denial.isExplicit,
            matchedStatements: Items(items: statements),
            failures: Items(items: []),
            context: Context(
                principal: Name(id: principal.userID, name: principal.userName, arn: principal.arn(in: partition)),
                action: denial.action,
                resource: denial.resource,
                conditions: Items(items: items)
            )
        )
        return Array(try encoder.encode(document))
    }

    // The shape that AWS's messages have.

    private struct Items<Item: Encodable>: Encodable { let items: [Item] }
    private struct Value: Encodable { let value: String }

    private struct Condition: Encodable {
        let key: String
        let values: Items<Value>
    }

    private struct Statement: Encodable {
        let statementId: String
        let effect: String
        let policy: String
    }

    private struct Name: Encodable {
        let id: String
        let name: String?
        let arn: String
    }

    private struct Context: Encodable {
        let principal: Name
        let action: String
        let resource: String
        let conditions: Items<Condition>
    }

    private struct Failure: Encodable {}

    private struct Document: Encodable {
        let allowed: Bool
        let explicitDeny: Bool
        let matchedStatements: Items<Statement>
        let failures: Items<Failure>
        let context: Context
    }
}
