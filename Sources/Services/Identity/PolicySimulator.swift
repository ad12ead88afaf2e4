import Domain
import Metadata

/// A simulation of requests: what policies decide about actions on resources, whoever calls.
extension PolicySimulator {
    package struct Request: Sendable {
        package var actions: [String]
        /// `*` when none is named.
        package var resources: [String] = []
        package var policies: [String] = []
        package var boundary: String?
        package var resourcePolicy: String?
        /// The account that has the resources, or an ARN of it; the caller's when nil.
        package var resourceOwner: String?
        /// The ARN of the user who is thought to call.
        package var caller: String?
        /// Values by the keys of conditions.
        package var context: [String: [String]] = [:]

        package init(actions: [String]) { self.actions = actions }
    }

    /// What is decided about one action on one resource.
    package struct Outcome: Sendable {
        package let action: String
        package let resource: String
        package let simulation: PolicySimulation
        package let matches: [Match]
    }

    /// A statement that has decided, or would have.
    package struct Match: Sendable {
        package let policy: String
        /// As IAM's type `PolicySourceType` has it.
        package let source: String
        package let place: PolicyDocument.Place?
    }

    /// Decides about each action on each resource, by the policies of the request and those of an identity, where one is named.
    ///
    /// - Throws: `Fault` `InvalidInput`, `NoSuchEntity`.
    package func run(_ request: Request, of source: String? = nil, _ page: IAMPageRequest) async throws -> Page<Outcome> {
        let subject = try await SimulatedSubject.make(request, of: source, by: call)
        let resources = request.resources.isEmpty ? ["*"] : request.resources
        // Each action with each resource, by number.
        let count = request.actions.count * resources.count
        let numbers = try await page.page(of: "simulation/\(count)", in: call, place: \.description) { after, limit in
            Array((0..<count).dropFirst(after.flatMap(Int.init).map { $0 + 1 } ?? 0).prefix(limit))
        }
        let outcomes = numbers.elements.map { number in
            let (action, resource) = number.quotientAndRemainder(dividingBy: resources.count)
            return outcome(of: request.actions[action], on: resources[resource], request, subject)
        }
        return Page(elements: outcomes, nextToken: numbers.nextToken)
    }

    private func outcome(of action: String, on resource: String, _ request: Request, _ subject: SimulatedSubject) -> Outcome {
        var context = ConditionContext(of: subject.principal, in: call.region.partition, at: call.now)
        for (key, values) in request.context { context[key.lowercased()] = values }
        let asked = AccessRequest(action: action, resource: resource, context: context)
        let simulation = subject.policies.simulate(asked)
        let matches = simulation.matches.map { match in
            let source = subject.sources.first { $0.name == match.policy }
            let places = source.map { PolicyDocument.places(ofStatementsIn: $0.text) } ?? []
            let place = places.indices.contains(match.statement) ? places[match.statement] : nil
            return Match(policy: match.policy, source: source?.type ?? "none", place: place)
        }
        return Outcome(action: action, resource: resource, simulation: simulation, matches: matches)
    }
}

/// Who is thought to call, and the policies that decide about it.
struct SimulatedSubject: Sendable {
    struct Source: Sendable {
        let name: String
        let type: String
        let text: String
    }

    let principal: Principal
    private(set) var policies = ApplicablePolicies()
    private var identity: [NamedPolicy] = []
    private(set) var sources: [Source] = []

    static func make(_ request: PolicySimulator.Request, of arn: String?, by call: Call) async throws -> SimulatedSubject {
        let found: PolicySources? =
            if let arn { try await call.readIAM { try PolicySources.find(arn, by: call, in: $0) } } else { nil }
        var subject = SimulatedSubject(principal: try principal(request.caller, found?.identity, by: call))
        for document in found?.documents.identity ?? [] { try subject.addIdentity(document.text, document.name, of: found?.identity) }
        for (number, text) in request.policies.enumerated() { try subject.addIdentity(text, "PolicyInputList.\(number + 1)", of: nil) }
        subject.policies.identity = PolicySet(subject.identity)
        if let text = request.boundary {
            subject.policies.boundary = [try subject.add(text, "PermissionsBoundaryPolicyInputList.1", "none")]
        } else if let boundary = found?.documents.boundary {
            subject.policies.boundary = [try subject.add(boundary.text, boundary.name, type(of: boundary.name, of: found?.identity))]
        }
        if let text = request.resourcePolicy { try subject.addResource(text, owner: request.resourceOwner, request.caller, by: call) }
        return subject
    }

    private mutating func addIdentity(_ text: String, _ name: String, of identity: IAMIdentity?) throws {
        self.identity.append(try add(text, name, Self.type(of: name, of: identity)))
    }

    private mutating func addResource(_ text: String, owner: String?, _ caller: String?, by call: Call) throws {
        guard caller != nil else {
            throw Fault(.invalidInput, "CallerArn is required with ResourcePolicy: it says whom the policy is to let in.")
        }
        let compiled: CompiledPolicy
        do throws(PolicyError) {
            compiled = try CompiledPolicy(resource: text)
        } catch {
            throw Fault(.invalidInput, "The ResourcePolicy cannot be read: \(error.description)", cause: error)
        }
        let account = try owner.map { text in
            guard let account = AccountID(rawValue: text) ?? ARN(text).flatMap({ AccountID(rawValue: $0.account) }) else {
                throw Fault(.invalidInput, "Invalid ResourceOwner: \(text.prefix(256)) is neither an account nor an ARN of one.")
            }
            return account
        }
        let name = "ResourcePolicy"
        sources.append(Source(name: name, type: "resource", text: text))
        policies.resource = ResourcePolicy(
            owner: account ?? principal.account,
            rule: .adds,
            policy: NamedPolicy(name: name, policy: compiled)
        )
    }

    private mutating func add(_ text: String, _ name: String, _ type: String) throws -> NamedPolicy {
        let policy = try PolicySimulator.policy(text)
        sources.append(Source(name: name, type: type, text: text))
        return NamedPolicy(name: name, policy: policy)
    }

    private static func type(of name: String, of identity: IAMIdentity?) -> String {
        if let arn = ManagedPolicyARN(rawValue: name) { return arn.owner == .aws ? "aws-managed" : "user-managed" }
        return identity?.kind.rawValue ?? "none"
    }

    /// The user who is named, the identity whose policies they are, or somebody of the account whose name no policy knows.
    private static func principal(_ caller: String?, _ identity: IAMIdentity?, by call: Call) throws -> Principal {
        if let caller {
            let parts = ARN(caller)?.resource.split(separator: "/").map(String.init) ?? []
            guard let arn = ARN(caller), arn.service == "iam", let account = AccountID(rawValue: arn.account), parts.count > 1,
                parts[0] == "user", let name = parts.last
            else { throw Fault(.invalidInput, "Invalid CallerArn: \(caller.prefix(256)) is not the ARN of a user.") }
            let path = parts.dropFirst().dropLast().reduce("/") { "\($0)\($1)/" }
            return Principal(account: account, accessKeyID: "", kind: .user(.init(id: "", path: path, name: name)))
        }
        guard let identity, identity.kind == .user else {
            let role = Principal.RoleSession(id: identity?.id ?? "", path: identity?.path ?? "/", name: identity?.name ?? "-", session: "-")
            return Principal(account: call.account, accessKeyID: "", kind: .role(role))
        }
        return Principal(
            account: call.account,
            accessKeyID: "",
            kind: .user(.init(id: identity.id, path: identity.path, name: identity.name))
        )
    }
}
