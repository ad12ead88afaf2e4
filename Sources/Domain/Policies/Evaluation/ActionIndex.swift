/// Which statements of a policy are about an action: found by the service and the name, without reading all others.
struct ActionIndex: Sendable {
    /// The statements that name actions of one service.
    private struct Service: Sendable {
        var named: [String: [Int]] = [:]
        /// By names with wildcards, without the service before them, under their first letter.
        var patterns: [UInt8: [Pattern]] = [:]
        /// By names that begin with a wildcard.
        var openPatterns: [Pattern] = []
    }

    private struct Pattern: Sendable {
        let pattern: PolicyPattern
        /// Many statements name the same actions: those are compared with once.
        var statements: [Int]
    }

    private var services: [String: Service] = [:]
    /// Those that may be about any service: `*`, and all but what a `NotAction` names.
    private var others: [(clause: ActionClause, statement: Int)] = []

    init(_ clauses: [PolicyStatement.Clause]) {
        for (statement, clause) in clauses.enumerated() {
            let names = clause.texts.map(ActionName.init)
            if clause.isExcluding || !names.allSatisfy(Self.isOfOneService) {
                others.append((ActionClause(clause), statement))
                continue
            }
            for name in names { add(name, statement) }
        }
    }

    private mutating func add(_ name: ActionName, _ statement: Int) {
        var service = services[name.service] ?? Service()
        if !Self.hasWildcard(name.name) {
            service.named[name.name, default: []].append(statement)
        } else if let first = name.nameBytes.first, !Self.hasWildcard(String(UnicodeScalar(first))) {
            Self.add(PolicyPattern(name.name), statement, to: &service.patterns[first, default: []])
        } else {
            Self.add(PolicyPattern(name.name), statement, to: &service.openPatterns)
        }
        services[name.service] = service
    }

    private static func add(_ pattern: PolicyPattern, _ statement: Int, to patterns: inout [Pattern]) {
        guard let place = patterns.firstIndex(where: { $0.pattern == pattern }) else {
            return patterns.append(Pattern(pattern: pattern, statements: [statement]))
        }
        patterns[place].statements.append(statement)
    }

    private static func isOfOneService(_ name: ActionName) -> Bool {
        name.bytes.count > name.service.utf8.count && !hasWildcard(name.service)
    }

    private static func hasWildcard(_ text: String) -> Bool { text.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") } }

    /// Calls for each statement about the action, for some more than once, until one answers false.
    func forEachStatement(about name: ActionName, _ goesOn: (Int) -> Bool) {
        for other in others where other.clause.matches(name) {
            guard goesOn(other.statement) else { return }
        }
        guard let service = services[name.service] else { return }
        for statement in service.named[name.name] ?? [] {
            guard goesOn(statement) else { return }
        }
        let patterns = name.nameBytes.first.flatMap { service.patterns[$0] } ?? []
        for some in [service.openPatterns, patterns] {
            for entry in some where entry.pattern.matches(name.nameBytes) {
                for statement in entry.statements {
                    guard goesOn(statement) else { return }
                }
            }
        }
    }
}

/// Actions by name, or all but those.
struct ActionClause: Sendable {
    private let patterns: [PolicyPattern]
    private let isExcluding: Bool

    init(_ clause: PolicyStatement.Clause) {
        patterns = clause.texts.map { PolicyPattern($0.lowercased()) }
        isExcluding = clause.isExcluding
    }

    func matches(_ name: ActionName) -> Bool { patterns.contains { $0.matches(name.bytes[...]) } != isExcluding }
}
