/// What `x-amz-content-sha256` calls an aws-chunked body.
package enum StreamingMode: String, Sendable, CaseIterable {
    /// Chunks without signatures, and trailers.
    case unsignedTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    /// Every chunk signed.
    case signed = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
    /// Every chunk signed, and the trailers.
    case signedTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"

    package var isSigned: Bool { self != .unsignedTrailer }
    package var hasTrailers: Bool { self != .signed }
}
