/// A policy that is a part of one identity and goes with it.
package struct InlinePolicy: Hashable, Sendable {
    package let name: String
    /// As it was sent.
    package let document: String

    package init(name: String, document: String) {
        self.name = name
        self.document = document
    }
}
