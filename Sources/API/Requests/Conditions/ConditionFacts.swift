import Domain

/// What a request says that conditions of policies ask about: values by their keys, in small letters. Who calls, from where, and what the
/// resource is, is not the request's to say.
typealias ConditionFacts = [String: [String]]

/// A request from which conditions can be answered. Each dialect has one way to do so for all its actions, so that no action can forget one.
protocol ConditionSource {
    /// - Parameter action: its name, such as `CopyImage`.
    func facts(of action: String) -> ConditionFacts
}

extension ConditionFacts {
    mutating func set(_ key: String, _ value: String?) {
        guard let value else { return }
        self[key] = [value]
    }

    mutating func add(_ key: String, _ value: String) { self[key, default: []].append(value) }

    /// A pair of an encryption context.
    mutating func addEncryptionContext(_ key: String, _ value: String) {
        add("kms:encryptioncontextkeys", key)
        add("kms:encryptioncontext:\(key)".lowercased(), value)
    }

    /// A tag that the request brings. Of one that it brings several times, each value counts.
    mutating func addTag(_ key: String, _ value: String) {
        add("aws:requesttag/\(key.lowercased())", value)
        add("aws:tagkeys", key)
    }
}
