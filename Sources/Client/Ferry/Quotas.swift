/// How much of something an account may have, as the operator sees it.
package struct RemoteQuota: Codable, Sendable {
    /// As `ec2/L-B665C33B`.
    package var quota: String
    package var name: String
    package var value: Int
    package var standard: Int
    package var max: Int
    package var isAdjustable: Bool
    /// `account` or `region`.
    package var scope: String

    enum CodingKeys: String, CodingKey {
        case quota = "Quota"
        case name = "Name"
        case value = "Value"
        case standard = "Default"
        case max = "Max"
        case isAdjustable = "Adjustable"
        case scope = "Scope"
    }
}

/// A request of an account for a higher quota.
package struct RemoteQuotaRequest: Codable, Sendable {
    package var id: String
    package var account: String
    /// Absent for a quota of the account as a whole.
    package var region: String?
    package var quota: String
    package var name: String
    package var desired: Int
    package var status: String

    enum CodingKeys: String, CodingKey {
        case id = "RequestId"
        case account = "AccountId"
        case region = "Region"
        case quota = "Quota"
        case name = "Name"
        case desired = "DesiredValue"
        case status = "Status"
    }
}

extension AWSClient {
    package func quotas(of account: String, region: String) async throws -> [RemoteQuota] {
        try await quotaCall("ListQuotas", QuotaInput(account: account), region: region, as: QuotaList.self).quotas
    }

    package func setQuota(_ quota: String, of account: String, to value: Int, region: String) async throws -> RemoteQuota {
        try await quotaCall("SetQuota", QuotaInput(account: account, quota: quota, value: value), region: region, as: RemoteQuota.self)
    }

    /// A page of what accounts ask for, and the token for the next.
    package func quotaRequests(status: String?, after token: String?, region: String) async throws
        -> (requests: [RemoteQuotaRequest], next: String?)
    {
        let input = RequestsInput(status: status, token: token)
        let page = try await quotaCall("ListQuotaRequests", input, region: region, as: RequestPage.self)
        return (page.requests, page.next)
    }

    package func decideQuotaRequest(_ id: String, grants: Bool, region: String) async throws -> RemoteQuotaRequest {
        let action = grants ? "GrantQuotaRequest" : "DenyQuotaRequest"
        return try await quotaCall(action, DecisionInput(id: id), region: region, as: RemoteQuotaRequest.self)
    }

    private func quotaCall<Content: Decodable>(_ action: String, _ input: some Encodable, region: String, as content: Content.Type)
        async throws -> Content
    {
        try await json(.ferry, "Ferry", action, input, region: region, as: content)
    }
}

private struct QuotaInput: Encodable {
    var account: String
    var quota: String?
    var value: Int?

    enum CodingKeys: String, CodingKey {
        case account = "AccountId"
        case quota = "Quota"
        case value = "Value"
    }
}

private struct RequestsInput: Encodable {
    var status: String?
    var token: String?

    enum CodingKeys: String, CodingKey {
        case status = "Status"
        case token = "NextToken"
    }
}

private struct DecisionInput: Encodable {
    var id: String

    enum CodingKeys: String, CodingKey {
        case id = "RequestId"
    }
}

private struct QuotaList: Decodable {
    var quotas: [RemoteQuota]

    enum CodingKeys: String, CodingKey {
        case quotas = "Quotas"
    }
}

private struct RequestPage: Decodable {
    var requests: [RemoteQuotaRequest]
    var next: String?

    enum CodingKeys: String, CodingKey {
        case requests = "Requests"
        case next = "NextToken"
    }
}
