/// A value that Describe calls filter.
package protocol Filterable {
    /// What the value holds under the filter's name: no text where nothing is set, `nil` where no such filter exists.
    func texts(forFilter name: String) -> [String]?
    var tags: [Tag] { get }
}

extension Filterable {
    package func matches(_ filters: [Filter]) throws -> Bool {
        for filter in filters {
            let texts: [String]
            if let key = filter.tagKey {
                texts = tags.filter { $0.key == key }.map(\.value)
            } else if filter.name == "tag-key" {
                texts = tags.map(\.key)
            } else if filter.name == "tag-value" {
                texts = tags.map(\.value)
            } else if let found = self.texts(forFilter: filter.name) {
                texts = found
            } else {
                throw FilterRules.unknown(filter.name)
            }
            guard filter.matches(anyOf: texts) else { return false }
        }
        return true
    }
}
