import Domain
import Services
import Wire

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
