import Sealing
import Wire

extension JSONWriter {
    mutating func member(_ name: String, blob bytes: [UInt8]) {
        bytes.withUnsafeBytes { member(name, base64: $0) }
    }

    /// A secret goes from its bytes into the answer's, and through no text.
    mutating func member(_ name: String, secret: SecretBytes) {
        secret.withUnsafeBytes { member(name, base64: $0) }
    }
}
