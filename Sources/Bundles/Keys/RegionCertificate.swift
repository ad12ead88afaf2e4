import Crypto
import CryptoExtras
import Foundation
import SwiftASN1
import X509

/// The key of a Region that bundles are made for, and the certificate that users bundle with (EC2's `cert-ec2.pem`).
package struct RegionCertificate: Sendable {
    package let certificatePEM: String
    /// PKCS #8, not encrypted: whoever keeps it seals it.
    package let privateKeyPEM: String

    /// A new RSA key of 2,048 bits with a self-signed certificate for 20 years; images outlive machines.
    package static func make(region: String, now: Date) throws -> RegionCertificate {
        let key = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let name = try DistinguishedName { CommonName("Ferry \(region)") }
        let certificate = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(key.publicKey),
            notValidBefore: now,
            notValidAfter: now.addingTimeInterval(20 * 365.25 * 86_400),
            issuer: name,
            subject: name,
            signatureAlgorithm: .sha256WithRSAEncryption,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(keyEncipherment: true))
            },
            issuerPrivateKey: Certificate.PrivateKey(key)
        )
        return RegionCertificate(
            certificatePEM: try certificate.serializeAsPEM().pemString + "\n",
            privateKeyPEM: key.pkcs8PEMRepresentation
        )
    }
}
