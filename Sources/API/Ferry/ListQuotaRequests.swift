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
