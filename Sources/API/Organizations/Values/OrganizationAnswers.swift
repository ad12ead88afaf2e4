import Domain
import Foundation
import Services
import Wire

/// A page of a listing under its name, and the token for the next.
struct OrganizationPage<Element: JSONEncodable>: JSONEncodable {
    let name: String
    let page: Page<Element>

    func write(to json: inout JSONWriter) {
        json.list(name, page.elements)
        json.member("NextToken", page.nextToken)
    }
}

/// A structure under its name.
struct Named<Content: JSONEncodable>: JSONEncodable {
    let name: String
    let content: Content

    func write(to json: inout JSONWriter) { json.member(name, content) }
}

struct PolicyTypeEntry: JSONEncodable {
    func write(to json: inout JSONWriter) {
        json.member("Type", OrganizationPolicy.type)
        json.member("Status", "ENABLED")
    }

    /// The types that a root has: those that are enabled.
    static func all(of organization: Organization) -> [PolicyTypeEntry] { organization.hasPolicies ? [PolicyTypeEntry()] : [] }
}

struct RootEntry: JSONEncodable {
    let organization: Organization
    let partition: String

    func write(to json: inout JSONWriter) {
        json.member("Id", organization.root)
        json.member("Arn", organization.rootARN(in: partition).description)
        json.member("Name", OrganizationRoot.name)
        json.list("PolicyTypes", PolicyTypeEntry.all(of: organization))
    }
}

struct AccountEntry: JSONEncodable {
    let placed: PlacedAccount
    let organization: Organization
    let partition: String

    func write(to json: inout JSONWriter) {
        let account = placed.account
        json.member("Id", account.id.rawValue)
        json.member("Arn", organization.arn(ofAccount: account.id.rawValue, in: partition).description)
        json.member("Email", account.email)
        json.member("Name", account.name)
        json.member("Status", account.status.rawValue)
        // What is closed stays so.
        json.member("State", account.status == .suspended ? "CLOSED" : account.status.rawValue)
        json.list("Paths", [placed.path])
        json.member("JoinedMethod", account.joinedBy.rawValue)
        json.member("JoinedTimestamp", account.joinedAt)
    }
}

struct AccountRequestEntry: JSONEncodable {
    let request: AccountRequest

    func write(to json: inout JSONWriter) {
        json.member("Id", request.id)
        json.member("AccountName", request.name)
        json.member("State", request.state.rawValue)
        json.member("RequestedTimestamp", request.requestedAt)
        json.member("CompletedTimestamp", request.completedAt)
        json.member("AccountId", request.account?.rawValue)
        json.member("FailureReason", request.failure?.rawValue)
    }
}

struct UnitEntry: JSONEncodable {
    let placed: PlacedUnit
    let organization: Organization
    let partition: String

    func write(to json: inout JSONWriter) {
        json.member("Id", placed.unit.id)
        json.member("Arn", organization.arn(ofUnit: placed.unit.id, in: partition).description)
        json.member("Name", placed.unit.name)
        json.member("Path", placed.path)
    }
}

struct OrganizationPolicySummary: JSONEncodable {
    let policy: OrganizationPolicy
    let organization: Organization
    let partition: String

    func write(to json: inout JSONWriter) {
        json.member("Id", policy.id)
        json.member("Arn", organization.arn(ofPolicy: policy.id, in: partition).description)
        json.member("Name", policy.name)
        json.member("Description", policy.description)
        json.member("Type", OrganizationPolicy.type)
        json.member("AwsManaged", policy.isManagedByAWS)
    }
}

struct OrganizationPolicyEntry: JSONEncodable {
    let summary: OrganizationPolicySummary

    func write(to json: inout JSONWriter) {
        json.member("PolicySummary", summary)
        json.member("Content", summary.policy.content)
    }
}
