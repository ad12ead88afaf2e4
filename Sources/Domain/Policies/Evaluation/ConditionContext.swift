import Foundation

/// What conditions and variables of policies may ask about a request: values by their keys, which are in small letters throughout
/// (`aws:sourceip`, `aws:principaltag/team`). A key that is missing is absent, and so is one without a value.
///
/// What follows from who calls, and when, is made when it is asked for.
package struct ConditionContext: Sendable {
    package let caller: Caller
    /// Of the Region that is called: `aws`.
    package let partition: String
    package let date: Date
    private var values: [String: [String]] = [:]
    /// What conditions have answered about the values that several requests share; nil where there is one alone.
    private(set) var answers: ConditionAnswers?
    /// The keys that have been set since.
    private var ownKeys: Set<String> = []

    package init(of caller: Caller, in partition: String, at date: Date) {
        self.caller = caller
        self.partition = partition
        self.date = date
    }

    package init(of principal: Principal, in partition: String, at date: Date) {
        self.init(of: .principal(principal), in: partition, at: date)
    }

    /// The values of a key; never none.
    package subscript(key: String) -> [String]? {
        get { values[key] ?? ownValue(of: key).map { [$0] } }
        set {
            values[key] = newValue.flatMap { $0.isEmpty ? nil : $0 }
            if answers != nil { ownKeys.insert(key) }
        }
    }

    /// The same for several requests, each of which sets more of its own: what conditions say of the rest is found once.
    package func shared() -> ConditionContext {
        var context = self
        (context.answers, context.ownKeys) = (ConditionAnswers(), [])
        return context
    }

    /// Whether a request has set any of some keys of its own.
    func hasOwn(_ keys: Set<String>) -> Bool { !ownKeys.isDisjoint(with: keys) }

    /// Sets a key that has one value.
    package mutating func set(_ key: String, to value: String?) { self[key] = value.map { [$0] } }

    /// Sets a key that is true or false.
    package mutating func set(_ key: String, to value: Bool) { self[key] = [value ? "true" : "false"] }

    /// Sets a key for each tag: `aws:resourcetag/team` and its like. Tags whose keys differ in capital letters alone are values of one key.
    package mutating func set(_ tags: [Tag], under prefix: String) {
        for (key, tags) in Dictionary(grouping: tags, by: { $0.key.lowercased() }) { self["\(prefix)/\(key)"] = tags.map(\.value) }
    }

    /// The global keys that follow from the caller and the time.
    private func ownValue(of key: String) -> String? {
        switch key {
        case "aws:currenttime": return ISO8601.text(date)
        case "aws:epochtime": return String(Int(date.timeIntervalSince1970))
        default: break
        }
        guard case .principal(let principal) = caller else {
            return key == "aws:principalisawsservice" ? String(caller.isService) : nil
        }
        switch key {
        case "aws:principalarn": return principal.principalARN(in: partition)
        case "aws:principalaccount": return caller.account?.rawValue
        case "aws:principaltype": return principal.typeName
        case "aws:principalisawsservice": return "false"
        case "aws:userid": return principal.userID
        case "aws:username": return principal.userName
        default: return nil
        }
    }
}

extension Caller {
    fileprivate var isService: Bool {
        guard case .service = self else { return false }
        return true
    }
}
