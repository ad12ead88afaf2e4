import Crypto
import CryptoExtras
import Foundation

/// An identity provider of a test: it signs tokens, and tells its keys in a file.
struct Issuer: Sendable {
    static let url = "https://ci.example.org/team"

    let rsa: _RSA.Signing.PrivateKey
    let p256 = P256.Signing.PrivateKey()
    let p384 = P384.Signing.PrivateKey()
    let p521 = P521.Signing.PrivateKey()
    var keyID = "key-1"

    init() throws { rsa = try _RSA.Signing.PrivateKey(keySize: .bits2048) }

    /// The file for `--oidc-keys`, with a key of each kind.
    func keyFile(issuer: String = Self.url) throws -> Data {
        let parts = try rsa.publicKey.getKeyPrimitives()
        let keys: [[String: String]] = [
            ["kty": "RSA", "kid": keyID, "use": "sig", "n": Self.base64(parts.modulus), "e": Self.base64(parts.publicExponent)],
            Self.ec("P-256", keyID, p256.publicKey.rawRepresentation), Self.ec("P-384", keyID, p384.publicKey.rawRepresentation),
            Self.ec("P-521", keyID, p521.publicKey.rawRepresentation),
            // Others are left alone.
            ["kty": "OKP", "crv": "Ed25519", "kid": keyID, "x": "AAAA"],
            ["kty": "RSA", "use": "enc", "kid": keyID, "n": "AAAA", "e": "AQAB"],
        ]
        return try JSONSerialization.data(withJSONObject: ["issuer": issuer, "keys": keys])
    }

    private static func ec(_ curve: String, _ id: String, _ point: Data) -> [String: String] {
        let half = point.count / 2
        return ["kty": "EC", "crv": curve, "kid": id, "x": base64(point.prefix(half)), "y": base64(point.suffix(half))]
    }

    static func base64(_ data: some DataProtocol) -> String {
        Data(data).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    static func claims(at now: Date, _ more: [String: Any] = [:]) -> [String: Any] {
        let seconds = Int(now.timeIntervalSince1970)
        let standard: [String: Any] = ["iss": url, "sub": "repo:team/app", "aud": "ferry", "iat": seconds, "exp": seconds + 300]
        return standard.merging(more) { _, new in new }
    }

    /// A token in which all is as it has to be, but for what is asked for.
    func token(_ claims: [String: Any], _ algorithm: String = "ES256", header: [String: Any] = [:]) throws -> String {
        let header = ["alg": algorithm, "typ": "JWT", "kid": keyID].merging(header) { _, new in new }
        return try token(
            header: JSONSerialization.data(withJSONObject: header),
            claims: JSONSerialization.data(withJSONObject: claims),
            algorithm
        )
    }

    func token(header: Data, claims: Data, _ algorithm: String) throws -> String {
        let signed = "\(Self.base64(header)).\(Self.base64(claims))"
        return "\(signed).\(Self.base64(try signature(of: Data(signed.utf8), algorithm)))"
    }

    private func signature(of message: Data, _ algorithm: String) throws -> Data {
        switch algorithm {
        case "RS256": try rsa.signature(for: SHA256.hash(data: message), padding: .insecurePKCS1v1_5).rawRepresentation
        case "RS384": try rsa.signature(for: SHA384.hash(data: message), padding: .insecurePKCS1v1_5).rawRepresentation
        case "RS512": try rsa.signature(for: SHA512.hash(data: message), padding: .insecurePKCS1v1_5).rawRepresentation
        case "PS256": try rsa.signature(for: SHA256.hash(data: message), padding: .PSS).rawRepresentation
        case "ES256": try p256.signature(for: SHA256.hash(data: message)).rawRepresentation
        case "ES384": try p384.signature(for: SHA384.hash(data: message)).rawRepresentation
        case "ES512": try p521.signature(for: SHA512.hash(data: message)).rawRepresentation
        // With the public key for the secret, which is what a server falls for that lets the token choose.
        case "HS256":
            Data(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: Data(rsa.publicKey.pemRepresentation.utf8))))
        default: Data()
        }
    }
}
