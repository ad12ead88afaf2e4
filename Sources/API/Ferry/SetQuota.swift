import Domain
import Services
import Wire

/// Sets what is in force for an account: in the Region, or as a whole where the quota is so.
struct SetQuota: JSONAction {
    static let permissions = [Permission<Self>("ferry:SetQuota") { [try await $1.organizationAccount($0.account.rawValue)] }]

    private let account: AccountID
    private let quota: String
    private let value: Int

    init(from json: JSONReader) throws {
        account = try json.accountID()
        quota = try json["Quota"]
        value = try json["Value"]
    }

    func run(in call: Call) async throws -> AdministeredQuota {
        AdministeredQuota(known: try await QuotaAdministration(call).set(quota, of: account, to: value))
    }
}
