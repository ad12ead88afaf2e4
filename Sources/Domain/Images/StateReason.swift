/// Why a resource is in the state that it is in.
package struct StateReason: Hashable, Sendable {
    package let code: String
    package let message: String

    package init(code: String, message: String) {
        self.code = code
        self.message = message
    }
}
