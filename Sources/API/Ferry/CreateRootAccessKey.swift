import Domain
import Services
import Wire

/// Makes an access key of the root user of an account. AWS has no such action: there, who owns the address of an account asks for its password.
struct CreateRootAccessKey: JSONAction {
    static let permissions = [Permission<Self>("ferry:CreateRootAccessKey") { [try await $1.organizationAccount($0.account.rawValue)] }]

    private let account: AccountID

    init(from json: JSONReader) throws { account = try json.accountID() }

    func run(in call: Call) async throws -> Answer {
        Answer(account: account, key: try await RootAccessKeys(call).create(for: account))
    }

    struct Answer: JSONEncodable {
        let account: AccountID
        let key: NewAccessKey

        func write(to json: inout JSONWriter) {
            json.member("AccountId", account.rawValue)
            json.member("AccessKeyId", key.id)
            json.member("SecretAccessKey", key.secret)
        }
    }
}
