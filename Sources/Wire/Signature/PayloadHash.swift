import Crypto
import Foundation
import Hexadecimal

/// What stands for the body in a signature.
package enum PayloadHash: Sendable, Equatable {
    case bytes(hexSHA256: String)
    /// `UNSIGNED-PAYLOAD`: the signature does not cover the body.
    case unsigned
    /// An aws-chunked body, whose chunks carry what covers them.
    case streaming(StreamingMode)

    static let unsignedMarker = "UNSIGNED-PAYLOAD"

    /// Hashes a body.
    package static func hashing(_ body: [UInt8]) -> PayloadHash {
        .bytes(hexSHA256: Hex.encode(SHA256.hash(data: body)))
    }

    package static let empty = hashing([])

    var text: String {
        switch self {
        case .bytes(let hexSHA256): hexSHA256
        case .unsigned: Self.unsignedMarker
        case .streaming(let mode): mode.rawValue
        }
    }
}

/// What a signed request says about its body before anyone has hashed it.
package enum PayloadDeclaration: Sendable, Equatable {
    /// Nothing: the body is to be hashed.
    case absent
    /// A literal SHA-256, lower-case hex: the body is to be hashed and must match it.
    case hash(String)
    /// `UNSIGNED-PAYLOAD`: there is nothing to hash.
    case unsigned
    /// An aws-chunked body (`STREAMING-…`), whose framing the caller checks.
    case streaming(String)

    /// What a request says in its header.
    package init(of request: SignableRequest) throws(SignatureError) {
        self = try SignatureClaim.declaration(try SignatureClaim.single("x-amz-content-sha256", in: request))
    }
}

extension Hex {
    /// Whether a text is the 64 lower-case digits of a SHA-256.
    static func isSHA256(_ text: String) -> Bool {
        text.utf8.count == 64
            && text.utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            }
    }
}
