/// Why an aws-chunked body is not accepted. Nothing of such a body may be kept.
package enum ChunkedError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The framing cannot be read.
    case malformed(String)
    /// The body ended before its last chunk, or has another length than `x-amz-decoded-content-length` says.
    case incomplete(expected: Int64, received: Int64)
    /// A chunk or the trailers were changed, or signed with another secret.
    case signatureMismatch
    /// Other trailers than `x-amz-trailer` announced, or too many, or one that cannot be read.
    case trailer(String)

    package var description: String { s3Error.description }

    /// What S3 answers.
    package var s3Error: S3Error {
        switch self {
        case .malformed(let reason): S3Error(.invalidRequest, "The aws-chunked body cannot be read: \(reason)")
        case .incomplete(let expected, let received):
            S3Error(.incompleteBody, explanation: "x-amz-decoded-content-length is \(expected), and \(received) bytes were found")
        case .signatureMismatch: S3Error(.signatureDoesNotMatch)
        case .trailer(let reason): S3Error(.malformedTrailer, explanation: reason)
        }
    }
}
