/// A policy made ready to decide: patterns read, actions found by their names. It is made once and kept; deciding reads it alone.
package final class CompiledPolicy: Sendable {
    let statements: [CompiledStatement]
    private let actions: ActionIndex
    /// The keys that its conditions and variables ask about, in small letters. What nobody asks about need not be looked up.
    package let conditionKeys: Set<String>
    /// The same as they are written, by themselves in small letters.
    package let keyNames: [String: String]
    /// Whether it lets in everybody, by S3's meaning of public; never for the policy of an identity.
    package let isPublic: Bool
    /// Whether there is anything that it lets whoever does not sign do, whatever the conditions of it are.
    package let reachesNobody: Bool

    /// - Parameter ids: whom the ARNs of its principals name; nil where nobody has looked.
    package init(_ policy: Policy, ids: PrincipalIDs? = nil) {
        statements = policy.statements.map { CompiledStatement($0, hasVariables: policy.hasVariables, ids: ids) }
        isPublic = policy.isPublic
        reachesNobody = statements.contains { !$0.isDeny && $0.principals?.reachesNobody ?? false }
        actions = ActionIndex(policy.statements.map(\.actions))
        let names = Set(statements.flatMap(\.keys)).sorted()
        keyNames = Dictionary(names.map { ($0.lowercased(), $0) }) { first, _ in first }
        conditionKeys = Set(keyNames.keys)
    }

    /// Reads the policy that a bucket or a key has.
    package convenience init(resource text: String, ids: PrincipalIDs? = nil) throws(PolicyError) {
        self.init(try Policy(parsing: Array(text.utf8), isKept: true), ids: ids)
    }

    /// The statements about an action, by their numbers in ascending order.
    func statements(about action: ActionName) -> [Int] {
        var numbers: Set<Int> = []
        actions.forEachStatement(about: action) { number in
            numbers.insert(number)
            return true
        }
        return numbers.sorted()
    }

    /// What the policy of a resource says: as what it lets the caller in, or nil; and the statement that denies.
    func grant(to request: AccessRequest) -> (grant: ResourceGrant?, deniedBy: Int?) {
        var found: ResourceGrant?
        var denied: Int?
        actions.forEachStatement(about: request.name) { number in
            let statement = statements[number]
            guard let principals = statement.principals else { return true }
            if statement.isDeny {
                guard principals.denies(request), statement.applies(to: request) else { return true }
                denied = number
                return false
            }
            guard let grant = principals.grant(to: request), found.map({ $0 < grant }) ?? true, statement.applies(to: request) else {
                return true
            }
            found = grant
            return true
        }
        return (found, denied)
    }

    /// All statements that are about a request, whatever others say, in their order.
    func statements(about request: AccessRequest) -> [Int] {
        statements(about: request.name).filter { number in
            let statement = statements[number]
            let isAboutCaller = statement.principals.map { statement.isDeny ? $0.denies(request) : $0.grant(to: request) != nil } ?? true
            return isAboutCaller && statement.applies(to: request)
        }
    }
}

/// A statement made ready to decide. Which actions it is about is its policy's to know.
final class CompiledStatement: Sendable {
    let id: String?
    let isDeny: Bool
    /// Nil for the statement of an identity.
    let principals: PrincipalClause?
    private let resources: [PolicyTemplate]
    private let excludesResources: Bool
    private let conditions: [ConditionTest]
    /// As they are written.
    let keys: Set<String>
    let lowercasedKeys: Set<String>
    /// Whether it names every resource, so that its conditions alone decide.
    let isAboutEverything: Bool

    init(_ statement: PolicyStatement, hasVariables: Bool, ids: PrincipalIDs?) {
        id = statement.id.flatMap { $0.isEmpty ? nil : $0 }
        isDeny = statement.effect == .deny
        principals = statement.principals.map { PrincipalClause($0, isExcluding: statement.excludesPrincipals, ids: ids) }
        // A role's policy names no resource: it is about the role.
        let texts = statement.resources?.texts ?? ["*"]
        let resources = texts.map { PolicyTemplate($0, reach: .resource, hasVariables: hasVariables) }
        excludesResources = statement.resources?.isExcluding ?? false
        conditions = statement.conditions.map { ConditionTest($0, hasVariables: hasVariables) }
        self.resources = resources
        isAboutEverything = !excludesResources && resources.contains(where: \.isEverything)
        keys = resources.reduce(into: conditions.reduce(into: []) { $0.formUnion($1.keys) }) { $0.formUnion($1.keys) }
        lowercasedKeys = Set(keys.map { $0.lowercased() })
    }

    /// Whether the resource and the conditions are those of a request.
    func applies(to request: AccessRequest) -> Bool {
        // All but a text whose variables have no value would be everything.
        if excludesResources, !isDeny, !resources.allSatisfy({ $0.hasValue(in: request.context) }) { return false }
        let isNamed =
            isAboutEverything || resources.contains { $0.matches(request.resourceBytes, in: request.context) } != excludesResources
        return isNamed && conditions.indices.allSatisfy { holds($0, in: request.context) }
    }

    /// Whether one of the conditions holds. What it asks about is mostly the same for all resources of a call, and it is asked once then.
    private func holds(_ place: Int, in context: ConditionContext) -> Bool {
        let condition = conditions[place]
        guard let answers = context.answers, !context.hasOwn(condition.lowercasedKeys) else {
            return condition.holds(in: context, isDeny: isDeny)
        }
        return answers.answer(of: self, place) { condition.holds(in: context, isDeny: isDeny) }
    }
}
