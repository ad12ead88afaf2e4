import Domain
import Services
import Wire

struct ListServices: ServiceQuotasAction {
    static let permissions = [Permission<Self>("servicequotas:ListServices")]
    static let members = JSONMember.quotaPage

    private let page: PageRequest

    init(from json: JSONReader) throws { page = try json.quotaPage() }

    func run(in call: Call) async throws -> QuotaPage<ServiceEntry> {
        QuotaPage(name: "Services", page: try await Quotas(call).services(page).map { ServiceEntry(service: $0) })
    }

    struct ServiceEntry: JSONEncodable {
        let service: Quota.Service

        func write(to json: inout JSONWriter) {
            json.member("ServiceCode", service.rawValue)
            json.member("ServiceName", service.title)
        }
    }
}

struct ListServiceQuotas: ServiceQuotasAction {
    static let permissions = [Permission<Self>("servicequotas:ListServiceQuotas")]
    static let members: [JSONMember] =
        [.required("ServiceCode", .serviceCode), .optional("QuotaCode", .quotaCode), .optional("QuotaAppliedAtLevel", .quotaLevel)]
        + JSONMember.quotaPage

    private let service: String
    private let code: String?
    private let asksForAccounts: Bool
    private let page: PageRequest

    init(from json: JSONReader) throws {
        service = try json["ServiceCode"]
        code = try json["QuotaCode"]
        asksForAccounts = try json.asksForAccounts("QuotaAppliedAtLevel")
        page = try json.quotaPage()
    }

    func run(in call: Call) async throws -> QuotaPage<QuotaEntry> {
        let page = try await Quotas(call).quotas(of: service, code: code, page)
        guard asksForAccounts else { return .empty("Quotas") }
        return QuotaPage(name: "Quotas", page: page.map { QuotaEntry(known: $0, call: call) })
    }
}

struct GetServiceQuota: ServiceQuotasAction {
    static let permissions = [Permission<Self>("servicequotas:GetServiceQuota")]
    static let members: [JSONMember] = [
        .required("ServiceCode", .serviceCode), .required("QuotaCode", .quotaCode), .optional("ContextId", .string()),
    ]

    private let service: String
    private let code: String

    init(from json: JSONReader) throws {
        service = try json["ServiceCode"]
        code = try json["QuotaCode"]
        try json.requireNoContext()
    }

    func run(in call: Call) async throws -> Named<QuotaEntry> {
        Named(name: "Quota", content: QuotaEntry(known: try await Quotas(call).quota(code, of: service), call: call))
    }
}

struct ListAWSDefaultServiceQuotas: ServiceQuotasAction {
    static let permissions = [Permission<Self>("servicequotas:ListAWSDefaultServiceQuotas")]
    static let members: [JSONMember] = [.required("ServiceCode", .serviceCode)] + JSONMember.quotaPage

    private let service: String
    private let page: PageRequest

    init(from json: JSONReader) throws {
        service = try json["ServiceCode"]
        page = try json.quotaPage()
    }

    func run(in call: Call) async throws -> QuotaPage<QuotaEntry> {
        let page = try await Quotas(call).defaults(of: service, page)
        return QuotaPage(name: "Quotas", page: page.map { QuotaEntry(known: $0, call: call, isDefault: true) })
    }
}

struct GetAWSDefaultServiceQuota: ServiceQuotasAction {
    static let permissions = [Permission<Self>("servicequotas:GetAWSDefaultServiceQuota")]
    static let members: [JSONMember] = [.required("ServiceCode", .serviceCode), .required("QuotaCode", .quotaCode)]

    private let service: String
    private let code: String

    init(from json: JSONReader) throws {
        service = try json["ServiceCode"]
        code = try json["QuotaCode"]
    }

    func run(in call: Call) throws -> Named<QuotaEntry> {
        Named(name: "Quota", content: QuotaEntry(known: try Quotas(call).standard(code, of: service), call: call, isDefault: true))
    }
}
