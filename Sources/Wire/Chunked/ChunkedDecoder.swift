import Crypto

/// Takes an aws-chunked body apart as it arrives.
///
/// Decoded bytes are given out before the signature of their chunk has been seen: a chunk may be as large as the body, and holding
/// it back would cost its size in memory. The caller writes what it gets where nobody sees it, and makes it visible only after
/// ``finish()`` has returned; on any error it drops what it wrote. S3 works the same way: an object appears whole or not at all.
///
/// Nothing is copied: ``feed(_:)`` says which parts of its input are content. Memory is bounded by the limits on lines.
package struct ChunkedDecoder: Sendable {
    package struct Limits: Sendable {
        /// Of the line in front of a chunk: a size of 16 digits and a signature take 98 bytes.
        package var headerBytes = 256
        package var trailers = 8
        /// Of all trailers together.
        package var trailerBytes = 4096

        package init() {}
    }

    enum Step: Sendable {
        /// The line in front of a chunk.
        case header
        case content(left: Int64)
        /// The line end behind the content of a chunk.
        case contentEnd
        case trailers
        /// Behind the end: only line ends may follow, as some clients send one more.
        case end(extraBytes: Int)
    }

    let mode: StreamingMode
    let decodedLength: Int64
    let announced: [String]
    let limits: Limits
    var signatures: ChunkSignatures?

    var step = Step.header
    var line: [UInt8] = []
    var received: Int64 = 0
    var chunkHash = SHA256()
    var chunkSignature: String?
    var trailers: [ChunkedTrailer] = []
    var trailerBytes = 0
    var isTrailerSigned = false

    /// - Parameters:
    ///   - decodedLength: what `x-amz-decoded-content-length` says, in bytes.
    ///   - announced: the names in `x-amz-trailer`, see ``ChunkedTrailer/names(announcedBy:)``.
    ///   - signatures: the chain behind the verified signature of the request; nil refuses the signed modes.
    package init(
        mode: StreamingMode,
        decodedLength: Int64,
        announced: [String] = [],
        signatures: ChunkSignatures?,
        limits: Limits = Limits()
    ) throws(ChunkedError) {
        guard decodedLength >= 0 else { throw .malformed("x-amz-decoded-content-length is negative") }
        guard mode.isSigned == (signatures != nil) else { throw .signatureMismatch }
        guard mode.hasTrailers || announced.isEmpty else {
            throw .trailer("\(mode.rawValue) has no trailers, and x-amz-trailer names some")
        }
        guard announced.count <= limits.trailers, Set(announced).count == announced.count else {
            throw .trailer("x-amz-trailer names too many trailers, or one twice")
        }
        self.mode = mode
        self.decodedLength = decodedLength
        self.announced = announced
        self.signatures = signatures
        self.limits = limits
    }

    /// Reads on.
    ///
    /// - Returns: the parts of `input` that are content, in order, as byte offsets into it.
    package mutating func feed(_ input: RawSpan) throws(ChunkedError) -> [Range<Int>] {
        var content: [Range<Int>] = []
        var position = 0
        while position < input.byteCount {
            if case .content(let left) = step {
                let count = Int(min(left, Int64(input.byteCount - position)))
                let range = position..<position + count
                if mode.isSigned { chunkHash.update(input.extracting(range)) }
                content.append(range)
                received += Int64(count)
                position += count
                step = left == Int64(count) ? .contentEnd : .content(left: left - Int64(count))
            } else {
                // SAFETY: the loop holds the position within the span, and every byte is an integer.
                try take(input.unsafeLoad(fromByteOffset: position, as: UInt8.self))
                position += 1
            }
        }
        return content
    }

    /// Reads on from an array, and copies the content.
    package mutating func feed(_ input: [UInt8]) throws(ChunkedError) -> [UInt8] {
        try feed(input.span.bytes).flatMap { input[$0] }
    }

    /// Ends the body; content counts only if this does not throw.
    ///
    /// - Returns: the trailers, all that were announced and no others, in the order sent.
    package consuming func finish() throws(ChunkedError) -> [ChunkedTrailer] {
        guard case .end = step, received == decodedLength else { throw .incomplete(expected: decodedLength, received: received) }
        guard Set(trailers.map(\.name)) == Set(announced) else { throw .trailer("a trailer that x-amz-trailer announces is missing") }
        return trailers
    }
}
