import Domain
import Foundation
import Services
import Wire

/// The shapes of Service Quotas' model, with their constraints.
extension JSONShape {
    static let serviceCode = JSONShape.string(
        length: 1...63,
        pattern: JSONPattern("[a-zA-Z][a-zA-Z0-9-]{1,63}", matching: { $0.wholeMatch(of: /[a-zA-Z][a-zA-Z0-9-]{1,63}/) != nil })
    )
    static let quotaCode = JSONShape.string(
        length: 1...128,
        pattern: JSONPattern("[a-zA-Z][a-zA-Z0-9-]{1,128}", matching: { $0.wholeMatch(of: /[a-zA-Z][a-zA-Z0-9-]{1,128}/) != nil })
    )
    static let quotaRequestID = JSONShape.string(
        length: 1...128,
        pattern: JSONPattern("[0-9a-zA-Z][a-zA-Z0-9-]{1,128}", matching: { $0.wholeMatch(of: /[0-9a-zA-Z][a-zA-Z0-9-]{1,128}/) != nil })
    )
    static let quotaLevel = JSONShape.choice(["ACCOUNT", "RESOURCE", "ALL"])
    static let quotaRequestStatus = JSONShape.choice([
        "PENDING", "CASE_OPENED", "APPROVED", "DENIED", "CASE_CLOSED", "NOT_APPROVED", "INVALID_REQUEST",
    ])
}

extension JSONMember {
    static let quotaPage: [JSONMember] = [.optional("NextToken", .string(length: 0...2048)), .optional("MaxResults", .integer(1...100))]
}

extension JSONReader {
    func quotaPage() throws(RequestError) -> PageRequest {
        PageRequest(maxResults: try self["MaxResults"] ?? 100, nextToken: try self["NextToken"], sizes: Quotas.sizes)
    }

    /// Whether quotas of a level are asked for: all of Ferry's are the account's, and none is of a single resource.
    func asksForAccounts(_ name: String) throws(RequestError) -> Bool {
        let level: String? = try self[name]
        return level != "RESOURCE"
    }

    /// No quota of Ferry is of a single resource, so there is no context to name.
    func requireNoContext() throws {
        let context: String? = try self["ContextId"]
        guard context == nil else { throw Fault(.illegalArgument, "No quota is of a single resource: ContextId cannot be given") }
    }
}

struct QuotaEntry: JSONEncodable {
    let known: QuotaInForce
    let call: Call
    /// Defaults tell no level.
    var isDefault = false

    func write(to json: inout JSONWriter) {
        let quota = known.quota
        json.member("ServiceCode", quota.service.rawValue)
        json.member("ServiceName", quota.service.title)
        json.member("QuotaArn", call.quotaARN(quota.code, of: quota.service.rawValue).description)
        json.member("QuotaCode", quota.code)
        json.member("QuotaName", quota.name)
        json.member("Value", Double(known.value))
        json.member("Unit", quota.unit)
        json.member("Adjustable", quota.isAdjustable)
        json.member("GlobalQuota", quota.scope == .account)
        if !isDefault { json.member("QuotaAppliedAtLevel", "ACCOUNT") }
    }
}

struct QuotaRequestEntry: JSONEncodable {
    let request: QuotaRequest
    let call: Call

    func write(to json: inout JSONWriter) {
        let quota = request.quota
        json.member("Id", request.id)
        json.member("ServiceCode", quota.service.rawValue)
        json.member("ServiceName", quota.service.title)
        json.member("QuotaCode", quota.code)
        json.member("QuotaName", quota.name)
        json.member("DesiredValue", Double(request.desired))
        json.member("Status", request.status.rawValue)
        json.member("Created", request.createdAt)
        json.member("LastUpdated", request.updatedAt)
        json.member("Requester", #"{"accountId":"\#(request.account)","callerArn":"\#(request.requester)"}"#)
        json.member("QuotaArn", call.quotaARN(quota.code, of: quota.service.rawValue).description)
        json.member("GlobalQuota", quota.scope == .account)
        json.member("Unit", quota.unit)
        json.member("QuotaRequestedAtLevel", "ACCOUNT")
    }
}

/// A page of a listing under its name, and the token for the next.
struct QuotaPage<Element: JSONEncodable>: JSONEncodable {
    let name: String
    let page: Page<Element>

    func write(to json: inout JSONWriter) {
        json.list(name, page.elements)
        json.member("NextToken", page.nextToken)
    }

    static func empty(_ name: String) -> QuotaPage { QuotaPage(name: name, page: Page(elements: [], nextToken: nil)) }
}
