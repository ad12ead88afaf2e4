import Domain
import Services
import Wire

/// Lists what accounts ask for, the latest first. AWS decides by itself, and has no such action.
struct ListQuotaRequests: JSONAction {
    static let permissions = [Permission<Self>("ferry:ListQuotaRequests")]

    private let status: QuotaRequest.Status?
    private let page: PageRequest

    init(from json: JSONReader) throws {
        status = try json["Status"]
        page = PageRequest(maxResults: try json["MaxResults"] ?? 100, nextToken: try json["NextToken"], sizes: Quotas.sizes)
    }

    func run(in call: Call) async throws -> QuotaPage<DecidedRequest> {
        let page = try await QuotaAdministration(call).requests(status: status, page)
        return QuotaPage(name: "Requests", page: page.map { DecidedRequest(request: $0) })
    }
}

extension QuotaRequest.Status: JSONText {}

/// Grants what a request asks for.
struct GrantQuotaRequest: JSONAction {
    static let permissions = [Permission<Self>("ferry:GrantQuotaRequest")]

    private let id: String

    init(from json: JSONReader) throws { id = try json["RequestId"] }

    func run(in call: Call) async throws -> DecidedRequest { DecidedRequest(request: try await QuotaAdministration(call).grant(id)) }
}

struct DenyQuotaRequest: JSONAction {
    static let permissions = [Permission<Self>("ferry:DenyQuotaRequest")]

    private let id: String

    init(from json: JSONReader) throws { id = try json["RequestId"] }

    func run(in call: Call) async throws -> DecidedRequest { DecidedRequest(request: try await QuotaAdministration(call).deny(id)) }
}

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

struct DecidedRequest: JSONEncodable {
    let request: QuotaRequest

    func write(to json: inout JSONWriter) {
        json.member("RequestId", request.id)
        json.member("AccountId", request.account.rawValue)
        json.member("Region", request.region?.rawValue)
        json.member("Quota", request.quota.path)
        json.member("Name", request.quota.name)
        json.member("DesiredValue", request.desired)
        json.member("Status", request.status.rawValue)
        json.member("Requester", request.requester)
        json.member("CreatedAt", request.createdAt)
    }
}
