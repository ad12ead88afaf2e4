import Domain

/// What every task may be given.
package struct TaskOptions: Sendable {
    package var description: String
    /// Kept and shown; who reads and writes is the caller.
    package var role: String?
    package var tags: [Tag]
    package var clientToken: ClientToken?

    package init(description: String, role: String?, tags: [Tag], clientToken: ClientToken?) {
        self.description = description
        self.role = role
        self.tags = tags
        self.clientToken = clientToken
    }
}

/// An action that begins tasks.
struct TaskAction: Sendable {
    /// Client tokens are its own.
    let name: String
    /// How many tasks of these kinds an account may have at once.
    let limit: Int
    let kinds: [JobWork.Kind]
}
