import Crypto
import CryptoExtras
import Foundation
import SwiftASN1

/// Signatures over documents that are no bundles, such as the identity of an instance: with SHA-256.
extension RSAPrivateKey {
    /// RFC 8017, RSASSA-PKCS1-v1_5.
    package func signature(over document: [UInt8]) throws -> [UInt8] {
        Array(try key.signature(for: SHA256.hash(data: document), padding: .insecurePKCS1v1_5).rawRepresentation)
    }

    /// PKCS #7 (RFC 5652, 5): the document, its signature, and the certificate of the key, in DER.
    package func signedData(_ document: [UInt8], with certificatePEM: String) throws -> [UInt8] {
        let certificate = try PEMDocument(pemString: certificatePEM).derBytes
        let members = try RSACertificate.members(of: DER.parse(certificate))
        let signature = try signature(over: document)
        var der = DER.Serializer()
        try der.appendConstructedNode(identifier: .sequence) { der in
            try der.serialize(ASN1ObjectIdentifier.signedData)
            try der.serialize(explicitlyTaggedWithTagNumber: 0, tagClass: .contextSpecific) { der in
                try der.appendConstructedNode(identifier: .sequence) { der in
                    try der.serialize(1)
                    try der.appendConstructedNode(identifier: .set) { try Self.algorithm(.sha256, &$0) }
                    try der.appendConstructedNode(identifier: .sequence) { der in
                        try der.serialize(ASN1ObjectIdentifier.data)
                        try der.serialize(explicitlyTaggedWithTagNumber: 0, tagClass: .contextSpecific) { der in
                            try der.serialize(ASN1OctetString(contentBytes: document[...]))
                        }
                    }
                    der.appendConstructedNode(identifier: ASN1Identifier(tagWithNumber: 0, tagClass: .contextSpecific)) { der in
                        der.serializeRawBytes(certificate)
                    }
                    try der.appendConstructedNode(identifier: .set) { der in
                        try Self.signer(serial: members[0], issuer: members[2], signature, &der)
                    }
                }
            }
        }
        return der.serializedBytes
    }

    private static func signer(
        serial: ASN1Node,
        issuer: ASN1Node,
        _ signature: [UInt8],
        _ der: inout DER.Serializer
    ) throws {
        try der.appendConstructedNode(identifier: .sequence) { der in
            try der.serialize(1)
            der.appendConstructedNode(identifier: .sequence) { der in
                der.serializeRawBytes(issuer.encodedBytes)
                der.serializeRawBytes(serial.encodedBytes)
            }
            try algorithm(.sha256, &der)
            try algorithm(.rsaEncryption, &der)
            try der.serialize(ASN1OctetString(contentBytes: signature[...]))
        }
    }

    private static func algorithm(_ identifier: ASN1ObjectIdentifier, _ der: inout DER.Serializer) throws {
        try der.appendConstructedNode(identifier: .sequence) { der in
            try der.serialize(identifier)
            try der.serialize(ASN1Null())
        }
    }
}

extension ASN1ObjectIdentifier {
    fileprivate static let data: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 7, 1]
    fileprivate static let signedData: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 7, 2]
    fileprivate static let sha256: ASN1ObjectIdentifier = [2, 16, 840, 1, 101, 3, 4, 2, 1]
    fileprivate static let rsaEncryption: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 1, 1]
}
