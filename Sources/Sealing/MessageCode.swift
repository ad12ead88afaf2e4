import Crypto
import Domain

/// HMAC under a KMS key's material.
package enum MessageCode {
    package static func make(of message: [UInt8], _ algorithm: MACAlgorithm, under material: SecretBytes) -> [UInt8] {
        let key = material.symmetricKey
        return switch algorithm {
        case .sha256: Array(HMAC<SHA256>.authenticationCode(for: message, using: key))
        case .sha384: Array(HMAC<SHA384>.authenticationCode(for: message, using: key))
        case .sha512: Array(HMAC<SHA512>.authenticationCode(for: message, using: key))
        }
    }

    /// Compared in a time that does not depend on where they differ.
    package static func isValid(_ code: [UInt8], of message: [UInt8], _ algorithm: MACAlgorithm, under material: SecretBytes) -> Bool {
        let key = material.symmetricKey
        return switch algorithm {
        case .sha256: HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: message, using: key)
        case .sha384: HMAC<SHA384>.isValidAuthenticationCode(code, authenticating: message, using: key)
        case .sha512: HMAC<SHA512>.isValidAuthenticationCode(code, authenticating: message, using: key)
        }
    }
}
