import Crypto
import CryptoExtras
import Foundation
import SwiftASN1

/// The RSA public key of an X.509 certificate. Nothing else of the certificate counts: bundles are signed by a key that the reader knows.
///
/// Keys of 1,024 bits are taken too: EC2's tools made such certificates, and what they signed is still there to be read.
package struct RSACertificate: Hashable, Sendable {
    /// The SubjectPublicKeyInfo, in DER.
    let publicKey: [UInt8]

    /// - Parameter pem: the first certificate in it counts; text around it is passed over.
    package init(pem: String) throws(BundleError) {
        let (begin, end) = ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----")
        guard let start = pem.range(of: begin), let stop = pem.range(of: end, range: start.upperBound..<pem.endIndex) else {
            throw BundleError("The certificate cannot be read: there is no \(begin) in it.")
        }
        do {
            let document = try PEMDocument(pemString: String(pem[start.lowerBound..<stop.upperBound]))
            publicKey = try Self.subjectPublicKeyInfo(of: DER.parse(document.derBytes))
            _ = try _RSA.Signing.PublicKey(unsafeDERRepresentation: publicKey)
        } catch {
            throw BundleError("The certificate cannot be read: it is not an X.509 certificate of an RSA key of 1024 bits or more.")
        }
    }

    /// RFC 5280, 4.1: version (tagged), serial number, algorithm, issuer, validity, subject, and then the key.
    private static func subjectPublicKeyInfo(of certificate: ASN1Node) throws -> [UInt8] {
        guard case .constructed(let fields) = certificate.content, let body = Array(fields).first,
            case .constructed(let members) = body.content
        else { throw BundleError("not a certificate") }
        let untagged = Array(members).drop { $0.identifier.tagClass == .contextSpecific }
        guard untagged.count > 5 else { throw BundleError("not a certificate") }
        return Array(untagged[untagged.startIndex + 5].encodedBytes)
    }

    /// PKCS #1 v1.5, as the format asks for.
    func encrypt(_ plain: [UInt8]) throws -> [UInt8] {
        Array(try _RSA.Encryption.PublicKey(unsafeDERRepresentation: publicKey).encrypt(plain, padding: ._WEAK_AND_INSECURE_PKCS_V1_5))
    }

    /// RSA-SHA1 (RFC 8017, RSASSA-PKCS1-v1_5), as the format asks for.
    func isValid(_ signature: [UInt8], over message: [UInt8]) -> Bool {
        guard let key = try? _RSA.Signing.PublicKey(unsafeDERRepresentation: publicKey) else { return false }
        let signature = _RSA.Signing.RSASignature(rawRepresentation: signature)
        return key.isValidSignature(signature, for: Insecure.SHA1.hash(data: message), padding: .insecurePKCS1v1_5)
    }
}
