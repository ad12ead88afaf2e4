import Domain

/// Who signs with a key.
package struct KnownKey: Sendable {
    package let principal: Principal
    /// To check a signature with.
    package let secret: String
    /// Nil for a key that does not expire.
    package let session: CallerSession?
    /// The number of IAM's rows that it was read under; nil where it was not read.
    package var version: Int64?

    /// Of whoever does not sign.
    package static let nobody = KnownKey(principal: .nobody, secret: "", session: nil)
}

extension Deployment {
    /// Who signs with a key: one that is kept or, with its token, a temporary one.
    ///
    /// - Returns: nil for a key that is not known.
    /// - Throws: `SessionRefusal` for a token that is no good.
    package func key(_ id: String, sessionToken: String?) async throws -> KnownKey? {
        guard let sessionToken else {
            return try await accessKeys.find(id).map {
                KnownKey(principal: $0.principal, secret: $0.secret, session: nil, version: $0.version)
            }
        }
        return try await Sessions(tokens: tokens, directory: directory).find(id, token: sessionToken, at: clock.now)
    }
}
