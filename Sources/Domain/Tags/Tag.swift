/// A key and a value on a resource.
package struct Tag: Hashable, Codable, Sendable {
    package let key: String
    package let value: String

    package init(key: String, value: String) {
        self.key = key
        self.value = value
    }
}
