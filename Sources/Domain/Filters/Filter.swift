/// One filter of a Describe call: its values are alternatives, and without one it matches nothing; several filters must all match.
package struct Filter: Hashable, Sendable {
    package let name: String
    package let values: [FilterPattern]

    package init(name: String, values: [String]) {
        self.name = name
        self.values = values.map(FilterPattern.init)
    }

    /// The texts to look for, when there are any and no value has a wildcard.
    package var literals: [String]? {
        let literals = values.compactMap(\.literal)
        return !literals.isEmpty && literals.count == values.count ? literals : nil
    }

    /// The `K` of a filter named `tag:K`.
    package var tagKey: String? {
        name.hasPrefix("tag:") ? String(name.dropFirst(4)) : nil
    }

    package func matches(anyOf texts: [String]) -> Bool {
        texts.contains { text in values.contains { $0.matches(text) } }
    }
}

extension [Filter] {
    /// The texts that an index can look for: those of the first filter of one of these names that gives them in full; nil where none does. Whether what
    /// is found matches the other filters is checked afterwards.
    package func literals(of names: String...) -> [String]? { lazy.filter { names.contains($0.name) }.compactMap(\.literals).first }
}
