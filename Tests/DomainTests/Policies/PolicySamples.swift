import Domain
import Foundation

/// Callers, policies and requests for tests of decisions. All are of account 111122223333 but the strangers.
enum PolicySamples {
    static let account: AccountID = known("111122223333")
    static let otherAccount: AccountID = known("444455556666")
    static let date = Date(timeIntervalSince1970: 1_795_376_072)

    static func principal(_ kind: Principal.Kind, of account: AccountID = account) -> Principal {
        Principal(account: account, accessKeyID: "", kind: kind)
    }

    static let root = principal(.rootUser)
    static let alice = principal(.user(.init(id: "AIDAALICE", path: "/", name: "alice")))
    static let bob = principal(.user(.init(id: "AIDABOB", path: "/team/", name: "bob")))
    static let worker = principal(.role(.init(id: "AROAWORKER", path: "/", name: "worker", session: "one")))
    static let federated = principal(.federatedUser(name: "fred", of: .init(id: "AIDAALICE", path: "/", name: "alice")))
    static let federatedByRoot = principal(.federatedUser(name: "rita", of: nil))
    static let anonymous = principal(.anonymous)
    static let stranger = principal(.user(.init(id: "AIDASTRANGER", path: "/", name: "stranger")), of: otherAccount)
    static let strangeRoot = principal(.rootUser, of: otherAccount)

    static func document(_ statements: [String]) -> String {
        #"{"Version": "2012-10-17", "Statement": [\#(statements.joined(separator: ", "))]}"#
    }

    static func deny(_ action: String, on resource: String? = "*", to principal: String? = nil, if condition: String? = nil) -> String {
        allow(action, on: resource, to: principal, if: condition).replacing("Allow", with: "Deny", maxReplacements: 1)
    }

    /// A statement that is about everything unless told otherwise.
    static func allow(_ action: String, on resource: String? = "*", to principal: String? = nil, if condition: String? = nil) -> String {
        var members = [#""Effect": "Allow""#, #""Action": "\#(action)""#]
        if let resource { members.append(#""Resource": "\#(resource)""#) }
        if let principal { members.append(#""Principal": \#(principal)"#) }
        if let condition { members.append(#""Condition": \#(condition)"#) }
        return "{\(members.joined(separator: ", "))}"
    }

    static func identity(_ statements: String..., name: String = "p") throws -> NamedPolicy {
        NamedPolicy(name: name, policy: try PolicyDocument.identity(parsing: document(statements)).policy)
    }

    static func resource(_ statements: String..., name: String = "resource") throws -> NamedPolicy {
        NamedPolicy(name: name, policy: try CompiledPolicy(resource: document(statements)))
    }

    static func trust(_ statements: String...) throws -> NamedPolicy {
        NamedPolicy(name: "trust", policy: try PolicyDocument.trust(parsing: document(statements)).policy)
    }

    static func request(
        _ caller: Caller,
        _ action: String = "s3:GetObject",
        on resource: String = "arn:aws:s3:::depot/a",
        _ values: [String: [String]] = [:]
    ) -> AccessRequest {
        var context = ConditionContext(of: caller, in: "aws", at: date)
        for (key, value) in values { context[key] = value }
        return AccessRequest(action: action, resource: resource, context: context)
    }

    static func request(
        _ principal: Principal,
        _ action: String = "s3:GetObject",
        on resource: String = "arn:aws:s3:::depot/a",
        _ values: [String: [String]] = [:]
    ) -> AccessRequest {
        request(.principal(principal), action, on: resource, values)
    }

    static func request(_ principal: Principal, _ values: [String: [String]]) -> AccessRequest {
        request(.principal(principal), "s3:GetObject", on: "arn:aws:s3:::depot/a", values)
    }
}

extension AccessDecision {
    /// `allowed`, or the message of the denial.
    var text: String {
        switch self {
        case .allowed: "allowed"
        case .denied(let denial): denial.message
        }
    }

    /// `allowed`, or the kind of policy that denies (`-`) or does not allow (`?`).
    var short: String {
        switch self {
        case .allowed: "allowed"
        case .denied(let denial): (denial.isExplicit ? "-" : "?") + "\(denial.type)"
        }
    }
}
