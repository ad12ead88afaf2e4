import Crypto
import CryptoExtras
import Foundation

/// An RSA key of 1,024 bits or more that unwraps bundle keys and signs manifests.
package struct RSAPrivateKey: Sendable {
    let key: _RSA.Signing.PrivateKey

    /// - Parameter pem: PKCS #1 or PKCS #8, not encrypted.
    package init(pem: String) throws(BundleError) {
        do {
            key = try _RSA.Signing.PrivateKey(unsafePEMRepresentation: pem)
        } catch {
            throw BundleError("The private key cannot be read: it is not an unencrypted RSA key of 1024 bits or more in PEM.")
        }
    }

    init(_ key: _RSA.Signing.PrivateKey) { self.key = key }

    /// Whether this is the private half of the certificate's key.
    package func belongs(to certificate: RSACertificate) -> Bool {
        guard let known = try? _RSA.Signing.PublicKey(unsafeDERRepresentation: certificate.publicKey) else { return false }
        return known.derRepresentation == key.publicKey.derRepresentation
    }

    /// RSA-SHA1 (RFC 8017, RSASSA-PKCS1-v1_5).
    func sign(_ message: [UInt8]) throws -> [UInt8] {
        Array(try key.signature(for: Insecure.SHA1.hash(data: message), padding: .insecurePKCS1v1_5).rawRepresentation)
    }

    /// Nil for what does not open.
    func decrypt(_ ciphertext: [UInt8]) -> [UInt8]? {
        guard let opener = try? _RSA.Encryption.PrivateKey(unsafeDERRepresentation: key.derRepresentation) else { return nil }
        return (try? opener.decrypt(ciphertext, padding: ._WEAK_AND_INSECURE_PKCS_V1_5)).map(Array.init)
    }
}
