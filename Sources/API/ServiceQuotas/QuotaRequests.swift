import Domain
import Services
import Wire

struct RequestServiceQuotaIncrease: ServiceQuotasAction {
    static let permissions = [
        Permission<Self>("servicequotas:RequestServiceQuotaIncrease") { [$1.quota($0.code, of: $0.service)] }
    ]
    static let members: [JSONMember] = [
        .required("ServiceCode", .serviceCode), .required("QuotaCode", .quotaCode), .required("DesiredValue", .number(0...10_000_000_000)),
        .optional("ContextId", .string()), .optional("SupportCaseAllowed", .boolean),
    ]

    private let service: String
    private let code: String
    private let desired: Double

    init(from json: JSONReader) throws {
        service = try json["ServiceCode"]
        code = try json["QuotaCode"]
        desired = try json["DesiredValue"]
        try json.requireNoContext()
        // The operator decides, and there is no support case that could be opened.
        let _: Bool? = try json["SupportCaseAllowed"]
    }

    func run(in call: Call) async throws -> Named<QuotaRequestEntry> {
        let request = try await Quotas(call).request(desired, of: code, service: service)
        return Named(name: "RequestedQuota", content: QuotaRequestEntry(request: request, call: call))
    }
}

struct GetRequestedServiceQuotaChange: ServiceQuotasAction {
    static let permissions = [Permission<Self>("servicequotas:GetRequestedServiceQuotaChange")]
    static let members: [JSONMember] = [.required("RequestId", .quotaRequestID)]

    private let id: String

    init(from json: JSONReader) throws { id = try json["RequestId"] }

    func run(in call: Call) async throws -> Named<QuotaRequestEntry> {
        Named(name: "RequestedQuota", content: QuotaRequestEntry(request: try await Quotas(call).request(id), call: call))
    }
}

struct ListRequestedServiceQuotaChangeHistory: ServiceQuotasAction {
    static let permissions = [Permission<Self>("servicequotas:ListRequestedServiceQuotaChangeHistory")]
    static let members: [JSONMember] = [.optional("ServiceCode", .serviceCode)] + QuotaHistory.members

    private let service: String?
    private let history: QuotaHistory

    init(from json: JSONReader) throws {
        service = try json["ServiceCode"]
        history = try QuotaHistory(from: json)
    }

    func run(in call: Call) async throws -> QuotaPage<QuotaRequestEntry> {
        try await history.page(service: service, code: nil, in: call)
    }
}

struct ListRequestedServiceQuotaChangeHistoryByQuota: ServiceQuotasAction {
    static let permissions = [Permission<Self>("servicequotas:ListRequestedServiceQuotaChangeHistoryByQuota")]
    static let members: [JSONMember] =
        [.required("ServiceCode", .serviceCode), .required("QuotaCode", .quotaCode)] + QuotaHistory.members

    private let service: String
    private let code: String
    private let history: QuotaHistory

    init(from json: JSONReader) throws {
        service = try json["ServiceCode"]
        code = try json["QuotaCode"]
        history = try QuotaHistory(from: json)
    }

    func run(in call: Call) async throws -> QuotaPage<QuotaRequestEntry> {
        try await history.page(service: service, code: code, in: call)
    }
}

/// What both lists of requests ask for.
private struct QuotaHistory {
    static let members: [JSONMember] =
        [.optional("Status", .quotaRequestStatus), .optional("QuotaRequestedAtLevel", .quotaLevel)] + JSONMember.quotaPage

    let status: String?
    let asksForAccounts: Bool
    let page: PageRequest

    init(from json: JSONReader) throws {
        status = try json["Status"]
        asksForAccounts = try json.asksForAccounts("QuotaRequestedAtLevel")
        page = try json.quotaPage()
    }

    func page(service: String?, code: String?, in call: Call) async throws -> QuotaPage<QuotaRequestEntry> {
        let page = try await Quotas(call).requests(service: service, code: code, status: status, page)
        guard asksForAccounts else { return .empty("RequestedQuotas") }
        return QuotaPage(name: "RequestedQuotas", page: page.map { QuotaRequestEntry(request: $0, call: call) })
    }
}
