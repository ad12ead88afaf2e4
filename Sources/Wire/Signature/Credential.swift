/// An access key with its secret; with a session token when it is temporary.
package struct Credential: Sendable, Equatable {
    package let accessKeyID: String
    package let secretAccessKey: String
    package let sessionToken: String?

    package init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }
}

/// A secret must not reach a log by way of string interpolation.
extension Credential: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String { "Credential(\(accessKeyID))" }
    package var debugDescription: String { description }
}

extension Credential: CustomReflectable {
    package var customMirror: Mirror { Mirror(self, children: ["accessKeyID": accessKeyID]) }
}
