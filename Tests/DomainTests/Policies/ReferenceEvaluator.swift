import Domain
import Foundation

/// Decides by the published rules, one after the other, straight from the JSON of the policies: slow, and with nothing of the product's in it
/// but the names of callers. What it does not know of the language the random policies do not use.
///
/// Each rule has the name under which docs/behaviour/policies.md tells it.
struct ReferenceEvaluator {
    typealias Document = [String: Any]

    struct Question {
        let caller: Caller
        let action: String
        let resource: String
        /// In small letters.
        var values: [String: [String]]

        /// What is told of the caller, without the time.
        var own: [String: String] {
            guard case .principal(let principal) = caller else { return [:] }
            var own = ["aws:principaltype": principal.typeName, "aws:userid": principal.userID]
            own["aws:principalarn"] = principal.principalARN(in: "aws")
            own["aws:username"] = principal.userName
            if principal.kind != .anonymous { own["aws:principalaccount"] = principal.account.rawValue }
            return own
        }

        func value(_ key: String) -> [String] { values[key.lowercased()] ?? own[key.lowercased()].map { [$0] } ?? [] }
    }

    struct Policies {
        var identity: [Document] = []
        var boundary: Document?
        var session: [Document]?
        var serviceControl: [[Document]] = []
        var resource: Document?
        /// Nil for a resource that has nothing to say.
        var owner: AccountID?
        var decides = false
    }

    /// `allowed`, `-kind` for what denies, or `?kind` for what is missing: as `AccessDecision.short`.
    func decide(_ question: Question, _ policies: Policies) -> Set<String> {
        // Rule 1: what denies wins, wherever it stands. Of several kinds any may be named.
        var denials: Set<String> = []
        if policies.serviceControl.joined().contains(where: { denies($0, question) }) { denials.insert("-serviceControl") }
        if let resource = policies.resource, denies(resource, question) { denials.insert("-resource") }
        if let boundary = policies.boundary, denies(boundary, question) { denials.insert("-boundary") }
        if let session = policies.session, session.contains(where: { denies($0, question) }) { denials.insert("-session") }
        if policies.identity.contains(where: { denies($0, question) }) { denials.insert("-identity") }
        guard denials.isEmpty else { return denials }

        // Rule 2: each level of the organization must allow.
        for level in policies.serviceControl where !level.contains(where: { allows($0, question) }) { return ["?serviceControl"] }

        // What the other kinds say, each by itself.
        let names = policies.resource.map { grants($0, question) } ?? []
        let byBoundary = policies.boundary.map { allows($0, question) } ?? true
        let bySession = policies.session.map { $0.contains { allows($0, question) } } ?? true
        guard case .principal(let principal) = question.caller, principal.kind != .anonymous else {
            // Rule 3: who has no account is let in by the resource alone.
            return names.contains("caller") ? ["allowed"] : ["?resource"]
        }
        var byIdentity = policies.identity.contains { allows($0, question) }
        // Rule 4: the root user has all of its account, and so has whom it federates.
        if principal.kind == .rootUser { byIdentity = true }
        if case .federatedUser(_, nil) = principal.kind { byIdentity = true }
        var missing: Set<String> = []
        if !byIdentity { missing.insert("?identity") }
        if !byBoundary { missing.insert("?boundary") }
        if !bySession { missing.insert("?session") }
        let ownSide = missing.isEmpty

        guard let owner = policies.owner else { return ownSide ? ["allowed"] : missing }
        if owner != principal.account {
            // Rule 5: between accounts both must agree.
            if ownSide && !names.isEmpty { return ["allowed"] }
            return names.isEmpty ? missing.union(["?resource"]) : missing
        }
        // Rule 6: whom the resource names itself, it lets in.
        if names.contains("caller") { return ["allowed"] }
        // Rule 7: as a role, or as one of all, the boundary and the session's policies still hold.
        if names.contains("role") {
            if byBoundary && bySession { return ["allowed"] }
            return missing.subtracting(["?identity"])
        }
        // Rule 8: keys and roles let in nobody whom they do not name, the account included.
        if policies.decides && names.isEmpty { return ["?resource"] }
        return ownSide ? ["allowed"] : missing
    }

    private func denies(_ document: Document, _ question: Question) -> Bool {
        statements(document, "Deny").contains { statement in
            isAboutCaller(statement, question, denying: true) && applies(statement, of: document, question)
        }
    }

    private func allows(_ document: Document, _ question: Question) -> Bool {
        statements(document, "Allow").contains { applies($0, of: document, question) }
    }

    /// As what the statements of a resource that allow let the caller in.
    private func grants(_ document: Document, _ question: Question) -> Set<String> {
        var names: Set<String> = []
        for statement in statements(document, "Allow") where applies(statement, of: document, question) {
            if let excluded = statement["NotPrincipal"] {
                // Who is named at any level is not among all others.
                if !isNamed(excluded, question).contains(true) { names.insert(asOneOfAll(question.caller)) }
            } else if let principals = statement["Principal"] {
                names.formUnion(grants(principals, question))
            }
        }
        return names
    }

    private func asOneOfAll(_ caller: Caller) -> String {
        guard case .principal(let principal) = caller else { return "nobody" }
        switch principal.kind {
        case .role, .federatedUser: return "role"
        case .rootUser, .user, .anonymous: return "caller"
        }
    }

    /// Nil for a caller of an account; else whether the service or the provider is named, which is not among everybody.
    private func isNamedOutside(_ principals: Any, _ question: Question) -> Bool? {
        let kinds = principals as? [String: Any]
        switch question.caller {
        case .principal: return nil
        case .service(let name): return texts(kinds?["Service"]).contains(name)
        case .provider(let name): return texts(kinds?["Federated"]).contains(name)
        }
    }

    private func grants(_ principals: Any, _ question: Question) -> Set<String> {
        if let isNamed = isNamedOutside(principals, question) { return isNamed ? ["caller"] : [] }
        var names: Set<String> = []
        for name in awsNames(principals) {
            guard case .principal(let principal) = question.caller else { continue }
            if name == "*" {
                names.insert(asOneOfAll(question.caller))
            } else if principal.kind == .anonymous {
                continue
            } else if name == "arn:aws:iam::\(principal.account):root" || name == principal.account.rawValue {
                names.insert("account")
            } else if name == principal.arn(in: "aws") {
                names.insert("caller")
            } else if name == parent(of: principal) {
                names.insert("role")
            }
        }
        return names
    }

    private func parent(of principal: Principal) -> String? {
        switch principal.kind {
        case .role(let role): "arn:aws:iam::\(principal.account):role\(role.path)\(role.name)"
        case .federatedUser(_, let user?): "arn:aws:iam::\(principal.account):user\(user.path)\(user.name)"
        default: nil
        }
    }

    private func awsNames(_ principals: Any) -> [String] {
        if let all = principals as? String { return [all] }
        return texts((principals as? [String: Any])?["AWS"])
    }

    /// For each level of the caller, from the account down, whether it stands there.
    private func isNamed(_ principals: Any, _ question: Question) -> [Bool] {
        let names = awsNames(principals)
        if names.contains("*") { return [true] }
        if let isNamed = isNamedOutside(principals, question) { return [isNamed] }
        guard case .principal(let principal) = question.caller, principal.kind != .anonymous else { return [false] }
        var levels = [names.contains("arn:aws:iam::\(principal.account):root") || names.contains(principal.account.rawValue)]
        if principal.kind != .rootUser { levels.append(names.contains(principal.arn(in: "aws"))) }
        if let parent = parent(of: principal) { levels.append(names.contains(parent)) }
        return levels
    }

    private func isAboutCaller(_ statement: Document, _ question: Question, denying: Bool) -> Bool {
        // Exempt from what denies all others is who is named at every level.
        if let excluded = statement["NotPrincipal"] { return isNamed(excluded, question).contains(false) }
        guard let principals = statement["Principal"] else { return true }
        if denying, awsNames(principals).contains("*") { return true }
        return !grants(principals, question).isEmpty
    }

    private func statements(_ document: Document, _ effect: String) -> [Document] {
        ((document["Statement"] as? [Document]) ?? []).filter { $0["Effect"] as? String == effect }
    }

    private func applies(_ statement: Document, of document: Document, _ question: Question) -> Bool {
        let conditions = ReferenceConditions(question: question, hasVariables: document["Version"] as? String == "2012-10-17")
        return isAboutAction(statement, question.action) && conditions.isAboutResource(statement, question.resource)
            && conditions.hold(statement["Condition"], isDeny: statement["Effect"] as? String == "Deny")
    }

    private func isAboutAction(_ statement: Document, _ action: String) -> Bool {
        func matches(_ member: String) -> Bool {
            texts(statement[member]).contains { ReferencePattern.matches(Array($0.lowercased()), Array(action.lowercased())) }
        }
        return statement["NotAction"] == nil ? matches("Action") : !matches("NotAction")
    }

    private func texts(_ value: Any?) -> [String] { (value as? [String]) ?? (value as? String).map { [$0] } ?? [] }
}

/// Wildcards, by trying everything.
enum ReferencePattern {
    static func matches(_ pattern: [Character], _ text: [Character]) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        let rest = Array(pattern.dropFirst())
        switch first {
        case "*": return (0...text.count).contains { matches(rest, Array(text.dropFirst($0))) }
        case "?": return !text.isEmpty && matches(rest, Array(text.dropFirst()))
        default: return text.first == first && matches(rest, Array(text.dropFirst()))
        }
    }

    /// A pattern of an ARN: up to the resource, a star stays in its segment but when it is the last of it, and `?` is no colon.
    ///
    /// - Parameter crosses: whether a star that ends a segment goes on; not where ARNs are compared part by part.
    static func matchesARN(_ pattern: [Character], _ text: [Character], crosses: Bool, segment: Int = 0) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        let rest = Array(pattern.dropFirst())
        let isLast = segment >= 5
        switch first {
        case "*":
            let isWide = isLast || crosses && (rest.first ?? ":") == ":"
            return (0...text.count).contains { count in
                (isWide || !text.prefix(count).contains(":"))
                    && matchesARN(rest, Array(text.dropFirst(count)), crosses: crosses, segment: segment)
            }
        case "?":
            guard let character = text.first, isLast || character != ":" else { return false }
            return matchesARN(rest, Array(text.dropFirst()), crosses: crosses, segment: segment)
        default:
            guard text.first == first else { return false }
            return matchesARN(rest, Array(text.dropFirst()), crosses: crosses, segment: segment + (first == ":" ? 1 : 0))
        }
    }
}
