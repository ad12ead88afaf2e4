import HTTPTypes
import Hummingbird
import Wire

/// What a request of S3 brings: its headers, its body that is still to come, and how that is signed.
struct S3Input: Sendable {
    /// How the bytes of the body are bound to the signature.
    enum Payload: Sendable {
        case unsigned
        /// The SHA-256 that the signature covers, in lower-case hexadecimal.
        case hash(String)
        /// aws-chunked; with the chain of signatures where chunks are signed.
        case chunked(StreamingMode, ChunkSignatures?)
    }

    let headers: [(name: String, value: String)]
    let body: RequestBody
    let continuation: Continuation
    let payload: Payload
    /// Nil without a signature.
    var authentication: S3Authentication?

    /// By its lower-case name; an empty one counts as absent, one that is sent several times is joined by commas.
    func header(_ name: String) -> String? {
        let values = headers.filter { $0.name.lowercased() == name }.map(\.value)
        let value = values.joined(separator: ",")
        return value.isEmpty ? nil : value
    }
}
