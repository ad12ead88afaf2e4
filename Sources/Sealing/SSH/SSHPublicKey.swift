import Crypto
import Domain
import Foundation
import Hexadecimal
import SwiftASN1

/// The public half of a key for SSH: RSA, or Ed25519.
package enum SSHPublicKey: Hashable, Sendable {
    /// Both numbers without leading zeros, the highest byte first.
    case rsa(modulus: [UInt8], exponent: [UInt8])
    case ed25519([UInt8])

    package static let rsaBits = 1_024...16_384
    private static let ed25519Bytes = 32
    private static let exponentBytesMax = 8

    package var kind: KeyPair.Kind {
        switch self {
        case .rsa: .rsa
        case .ed25519: .ed25519
        }
    }

    /// As OpenSSH has it, without a comment: `ssh-ed25519 AAAA…`.
    package var text: String { "\(kind.sshName) \(Data(blob).base64EncodedString())" }

    /// RFC 4253, section 6.6; RFC 8709, section 4.
    package var blob: [UInt8] {
        var writer = SSHWriter()
        writer.string(Array(kind.sshName.utf8))
        switch self {
        case .rsa(let modulus, let exponent):
            writer.number(exponent)
            writer.number(modulus)
        case .ed25519(let key): writer.string(key)
        }
        return writer.bytes
    }

    /// - Throws: `NoSSHPublicKey` for bytes that are none, and for a key that nobody should use.
    package init(blob: [UInt8]) throws {
        var reader = SSHReader(blob)
        switch String(decoding: try reader.string(), as: UTF8.self) {
        case KeyPair.Kind.rsa.sshName:
            let exponent = try reader.number()
            self = try .checked(.rsa(modulus: try reader.number(), exponent: exponent))
        case KeyPair.Kind.ed25519.sshName: self = try .checked(.ed25519(try reader.string()))
        default: throw NoSSHPublicKey()
        }
        guard reader.isAtEnd, self.blob == blob else { throw NoSSHPublicKey() }
    }

    /// SubjectPublicKeyInfo in DER: RFC 3279 for RSA, RFC 8410 for Ed25519.
    package init(der: [UInt8]) throws {
        do {
            let info = try PublicKeyInfo(derEncoded: DER.parse(der))
            guard info.isRSA else {
                self = try .checked(.ed25519(Array(info.key)))
                return
            }
            let numbers = try RSANumbers(DER.parse(info.key))
            self = try .checked(.rsa(modulus: Array(numbers.modulus), exponent: Array(numbers.exponent)))
        } catch is ASN1Error {
            throw NoSSHPublicKey()
        }
    }

    /// SubjectPublicKeyInfo in DER.
    package func der() throws -> [UInt8] {
        var serializer = DER.Serializer()
        switch self {
        case .rsa(let modulus, let exponent):
            var numbers = DER.Serializer()
            try numbers.appendConstructedNode(identifier: .sequence) { pair in
                try pair.serialize(ArraySlice(modulus))
                try pair.serialize(ArraySlice(exponent))
            }
            try serializer.serialize(PublicKeyInfo(isRSA: true, key: ArraySlice(numbers.serializedBytes)))
        case .ed25519(let key): try serializer.serialize(PublicKeyInfo(isRSA: false, key: ArraySlice(key)))
        }
        return serializer.serializedBytes
    }

    /// What EC2 shows of a key that was imported (docs/behaviour/network.md, "Fingerprints").
    package func importedFingerprint() throws -> String {
        switch self {
        case .rsa: SSHFingerprint.colons(Insecure.MD5.hash(data: try der()))
        case .ed25519: SSHFingerprint.base64(of: blob)
        }
    }

    private static func checked(_ key: SSHPublicKey) throws -> SSHPublicKey {
        let isGood =
            switch key {
            case .rsa(let modulus, let exponent):
                rsaBits.contains(bits(of: modulus)) && isOdd(modulus) && isOdd(exponent) && exponent.count <= exponentBytesMax
                    && exponent != [1]
            case .ed25519(let bytes): bytes.count == ed25519Bytes
            }
        guard isGood else { throw NoSSHPublicKey() }
        return key
    }

    private static func bits(of number: [UInt8]) -> Int { number.first.map { number.count * 8 - $0.leadingZeroBitCount } ?? 0 }
    private static func isOdd(_ number: [UInt8]) -> Bool { number.last.map { $0 & 1 == 1 } ?? false }
}

/// Bytes are no public key for SSH, or one that is not to be used.
package struct NoSSHPublicKey: Error, CustomStringConvertible {
    package var description: String { "these bytes are no public key of RSA or Ed25519 in a form that SSH has" }
}

extension KeyPair.Kind {
    var sshName: String {
        switch self {
        case .rsa: "ssh-rsa"
        case .ed25519: "ssh-ed25519"
        }
    }
}

/// The forms that EC2 has for the digest of a key.
enum SSHFingerprint {
    static func colons(_ digest: some Sequence<UInt8>) -> String {
        Hex.colons(digest)
    }

    /// With padding, which `ssh-keygen` leaves out.
    static func base64(of blob: [UInt8]) -> String { Data(SHA256.hash(data: blob)).base64EncodedString() }
}

private struct PublicKeyInfo: DERParseable, DERSerializable {
    private static let rsa: ASN1ObjectIdentifier = [1, 2, 840, 113_549, 1, 1, 1]
    private static let ed25519: ASN1ObjectIdentifier = [1, 3, 101, 112]

    let isRSA: Bool
    let key: ArraySlice<UInt8>

    init(isRSA: Bool, key: ArraySlice<UInt8>) {
        self.isRSA = isRSA
        self.key = key
    }

    init(derEncoded node: ASN1Node) throws {
        self = try DER.sequence(node, identifier: .sequence) { nodes in
            guard let first = nodes.next() else { throw NoSSHPublicKey() }
            let isRSA = try DER.sequence(first, identifier: .sequence) { algorithm in
                let identifier = try ASN1ObjectIdentifier(derEncoded: &algorithm)
                // RSA's parameters are NULL; Ed25519 has none.
                _ = algorithm.next()
                guard identifier == Self.rsa || identifier == Self.ed25519 else { throw NoSSHPublicKey() }
                return identifier == Self.rsa
            }
            let bits = try ASN1BitString(derEncoded: &nodes)
            guard bits.paddingBits == 0 else { throw NoSSHPublicKey() }
            return PublicKeyInfo(isRSA: isRSA, key: bits.bytes)
        }
    }

    func serialize(into coder: inout DER.Serializer) throws {
        try coder.appendConstructedNode(identifier: .sequence) { info in
            try info.appendConstructedNode(identifier: .sequence) { algorithm in
                try algorithm.serialize(isRSA ? Self.rsa : Self.ed25519)
                if isRSA { try algorithm.serialize(ASN1Null()) }
            }
            try info.serialize(ASN1BitString(bytes: key))
        }
    }
}

/// RFC 8017, appendix A.1.1.
private struct RSANumbers {
    let modulus: ArraySlice<UInt8>
    let exponent: ArraySlice<UInt8>

    init(_ node: ASN1Node) throws {
        let (modulus, exponent) = try DER.sequence(node, identifier: .sequence) { nodes in
            (try ArraySlice<UInt8>(derEncoded: &nodes), try ArraySlice<UInt8>(derEncoded: &nodes))
        }
        // A zero in front keeps a number from being negative.
        self.modulus = modulus.drop { $0 == 0 }
        self.exponent = exponent.drop { $0 == 0 }
    }
}
