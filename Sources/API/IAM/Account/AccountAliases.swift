import Domain
import Services
import Wire

/// Names the account for those who sign in. It takes the place of the alias that it had.
struct CreateAccountAlias: IAMAction {
    static let permissions = [Permission<Self>("iam:CreateAccountAlias")]

    private let alias: String

    init(from query: QueryReader) throws(RequestError) {
        alias = try query.text("AccountAlias", .accountAlias)
        guard AccountID(rawValue: alias) == nil else {
            throw .rejected(code: FaultCode.validationError.rawValue, message: "An account alias must not look like the id of an account.")
        }
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await AccountSettings(call).setAlias(alias)
        return XMLEmpty()
    }
}

/// Takes the account's alias away.
struct DeleteAccountAlias: IAMAction {
    static let permissions = [Permission<Self>("iam:DeleteAccountAlias")]

    private let alias: String

    init(from query: QueryReader) throws(RequestError) { alias = try query.text("AccountAlias", .accountAlias) }

    func run(in call: Call) async throws -> XMLEmpty {
        try await AccountSettings(call).deleteAlias(alias)
        return XMLEmpty()
    }
}

/// Tells the account's alias: there is never more than one.
struct ListAccountAliases: IAMAction {
    static let permissions = [Permission<Self>("iam:ListAccountAliases")]

    init(from query: QueryReader) throws(RequestError) { try query.readOnlyPage() }

    func run(in call: Call) async throws -> Answer { Answer(alias: try await AccountSettings(call).alias()) }

    struct Answer: XMLEncodable {
        let alias: String?

        func write(to xml: inout XMLWriter) {
            xml.list("AccountAliases", [alias].compactMap { $0 }, item: "member")
            xml.element("IsTruncated", false)
        }
    }
}
