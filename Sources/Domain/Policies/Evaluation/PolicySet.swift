import Synchronization

/// Policies of which one must allow: those of an identity, of one level of the organization, of a session, or a boundary by itself.
///
/// What they say of an action is found once and kept: a caller does few different things, each of them often.
package final class PolicySet: Sendable, ExpressibleByArrayLiteral {
    package let policies: [NamedPolicy]
    private let known = Mutex<[String: StatementsAboutAction]>([:])
    /// Of how many actions the statements are kept; beyond it all are found anew.
    private static let knownMax = 256

    package init(_ policies: [NamedPolicy]) { self.policies = policies }

    package convenience init(arrayLiteral policies: NamedPolicy...) { self.init(policies) }

    package var isEmpty: Bool { policies.isEmpty }

    /// What the policies say of a request.
    enum Verdict {
        case denied(by: NamedPolicy, statement: Int)
        case allowed
        case silent

        var isAllowed: Bool {
            guard case .allowed = self else { return false }
            return true
        }
    }

    func verdict(on request: AccessRequest) -> Verdict {
        let statements = statements(about: request.action)
        for place in statements.denials where place.statement.applies(to: request) {
            return .denied(by: policies[place.policy], statement: place.number)
        }
        return statements.allowances.contains { $0.statement.applies(to: request) } ? .allowed : .silent
    }

    /// The keys that conditions and variables ask about when it comes to an action, in small letters.
    func conditionKeys(about action: String) -> Set<String> { statements(about: action).conditionKeys }

    private func statements(about action: String) -> StatementsAboutAction {
        if let found = find(action) { return found }
        let made = StatementsAboutAction(ActionName(action), in: policies)
        keep(made, for: action)
        return made
    }

    // Neither is inlined: around an `await` a task may go on on another thread, and an inlined lock has been seen to be left by the wrong one.

    @inline(never) private func find(_ action: String) -> StatementsAboutAction? { known.withLock { $0[action] } }

    @inline(never) private func keep(_ statements: StatementsAboutAction, for action: String) {
        known.withLock { known in
            if known.count >= Self.knownMax { known.removeAll() }
            known[action] = statements
        }
    }
}

/// The statements of several policies that are about an action.
private struct StatementsAboutAction: Sendable {
    struct Place: Sendable {
        /// Counted from 0 among the policies.
        let policy: Int
        /// Counted from 0 in its policy.
        let number: Int
        let statement: CompiledStatement
    }

    /// In the order in which they stand.
    let denials: [Place]
    /// Those that ask least before the others: any of them is enough.
    let allowances: [Place]
    let conditionKeys: Set<String>

    init(_ action: ActionName, in policies: [NamedPolicy]) {
        let places = policies.enumerated().flatMap { number, policy in
            policy.policy.statements(about: action).map { Place(policy: number, number: $0, statement: policy.policy.statements[$0]) }
        }
        denials = places.filter(\.statement.isDeny)
        let allowances = places.filter { !$0.statement.isDeny }
        self.allowances = allowances.filter(\.statement.isAboutEverything) + allowances.filter { !$0.statement.isAboutEverything }
        conditionKeys = places.reduce(into: []) { $0.formUnion($1.statement.lowercasedKeys) }
    }
}
