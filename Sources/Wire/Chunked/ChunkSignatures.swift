import Crypto
import Foundation
import Hexadecimal

/// The chain of signatures over the chunks of a body: each covers the one before it, and the first that of the request.
package struct ChunkSignatures: Sendable {
    private let key: SigningKey
    private let date: Date
    private let scope: CredentialScope
    private var previous: String

    private static let emptyHash = Hex.encode(SHA256.hash(data: [UInt8]()))

    /// The chain behind a claim that has been verified under the same secret.
    package init(following claim: SignatureClaim, secretAccessKey: String) {
        self.init(secretAccessKey: secretAccessKey, scope: claim.scope, date: claim.date, seed: claim.signature)
    }

    init(secretAccessKey: String, scope: CredentialScope, date: Date, seed: String) {
        key = SigningKey(secretAccessKey: secretAccessKey, scope: scope)
        self.date = date
        self.scope = scope
        previous = seed
    }

    /// The signature of the next chunk, as lower-case hex.
    package mutating func next(chunkHash: some Sequence<UInt8>) -> String {
        sign("AWS4-HMAC-SHA256-PAYLOAD", [Self.emptyHash, Hex.encode(chunkHash)])
    }

    /// The signature of the trailers, which are the end of the chain.
    package mutating func next(trailers: [ChunkedTrailer]) -> String {
        let text = trailers.sorted { $0.name < $1.name }.map { "\($0.name):\($0.value)\n" }.joined()
        return sign("AWS4-HMAC-SHA256-TRAILER", [Hex.encode(SHA256.hash(data: Array(text.utf8)))])
    }

    private mutating func sign(_ algorithm: String, _ hashes: [String]) -> String {
        let lines = [algorithm, Timestamp.compact(date), scope.text, previous] + hashes
        previous = key.signature(of: lines.joined(separator: "\n"))
        return previous
    }
}
