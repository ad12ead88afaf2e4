/// Why temporary keys do not sign.
package enum SessionRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The token is none, belongs to another key, or its role, user or account is gone.
    case invalid
    case expired

    package var description: String {
        switch self {
        case .invalid: "the session token is not valid"
        case .expired: "the session token has expired"
        }
    }
}
