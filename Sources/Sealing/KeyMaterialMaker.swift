import Crypto
import CryptoExtras
import Domain
import Foundation

/// Makes the material of a new key. RSA takes up to seconds of a processor.
package enum KeyMaterialMaker {
    package static func material(for spec: KeySpec) throws -> SecretBytes {
        switch spec {
        case .symmetric, .hmac256: return .random(count: 32)
        case .hmac384: return .random(count: 48)
        case .hmac512: return .random(count: 64)
        case .rsa2048, .rsa3072, .rsa4096, .p256, .p384, .p521, .ed25519, .mlDSA65, .mlDSA87: return try PrivateKey.random(spec).secret
        }
    }
}
