import Domain
import Services
import Wire

/// Lists what is in force for an account in the Region.
struct ListQuotas: JSONAction {
    static let permissions = [Permission<Self>("ferry:ListQuotas") { [try await $1.organizationAccount($0.account.rawValue)] }]

    private let account: AccountID

    init(from json: JSONReader) throws { account = try json.accountID() }

    func run(in call: Call) async throws -> Answer { Answer(quotas: try await QuotaAdministration(call).quotas(of: account)) }

    struct Answer: JSONEncodable {
        let quotas: [QuotaInForce]

        func write(to json: inout JSONWriter) { json.list("Quotas", quotas.map { AdministeredQuota(known: $0) }) }
    }
}

struct AdministeredQuota: JSONEncodable {
    let known: QuotaInForce

    func write(to json: inout JSONWriter) {
        json.member("Quota", known.quota.path)
        json.member("Name", known.quota.name)
        json.member("Value", known.value)
        json.member("Default", known.quota.standard)
        json.member("Max", known.quota.ceiling)
        json.member("Adjustable", known.quota.isAdjustable)
        json.member("Scope", known.quota.scope == .account ? "account" : "region")
    }
}
