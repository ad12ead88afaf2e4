import Crypto
import CryptoExtras
import Foundation
import SwiftASN1

/// The RSA public key of an X.509 certificate, and when it ends. Nothing else of it counts: bundles are signed by a key that the reader knows.
///
/// Keys of 1,024 bits are taken too: EC2's tools made such certificates, and what they signed is still there to be read.
package struct RSACertificate: Hashable, Sendable {
    /// The SubjectPublicKeyInfo, in DER.
    let publicKey: [UInt8]
    /// The certificate's `notAfter`. Whoever takes a certificate in asks; a signature stays good when it has passed.
    package let expiresAt: Date

    /// - Parameter pem: the first certificate in it counts; text around it is passed over.
    package init(pem: String) throws(BundleError) {
        let (begin, end) = ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----")
        guard let start = pem.range(of: begin), let stop = pem.range(of: end, range: start.upperBound..<pem.endIndex) else {
            throw BundleError("The certificate cannot be read: there is no \(begin) in it.")
        }
        do {
            let document = try PEMDocument(pemString: String(pem[start.lowerBound..<stop.upperBound]))
            let members = try Self.members(of: DER.parse(document.derBytes))
            publicKey = Array(members[5].encodedBytes)
            expiresAt = try Self.end(ofValidity: members[3])
            _ = try _RSA.Signing.PublicKey(unsafeDERRepresentation: publicKey)
        } catch {
            throw BundleError("The certificate cannot be read: it is not an X.509 certificate of an RSA key of 1024 bits or more.")
        }
    }

    /// RFC 5280, 4.1: the version is left out, then serial number, algorithm, issuer, validity, subject, key.
    static func members(of certificate: ASN1Node) throws -> [ASN1Node] {
        guard case .constructed(let fields) = certificate.content, let body = Array(fields).first,
            case .constructed(let members) = body.content
        else { throw BundleError("not a certificate") }
        let untagged = Array(members).drop { $0.identifier.tagClass == .contextSpecific }
        guard untagged.count > 5 else { throw BundleError("not a certificate") }
        return Array(untagged)
    }

    /// RFC 5280, 4.1.2.5: a UTCTime, or a GeneralizedTime from 2050 on.
    private static func end(ofValidity validity: ASN1Node) throws -> Date {
        guard case .constructed(let times) = validity.content, let end = Array(times).dropFirst().first,
            let date = end.identifier == .utcTime ? Date(try UTCTime(derEncoded: end)) : Date(try GeneralizedTime(derEncoded: end))
        else { throw BundleError("not a certificate") }
        return date
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
