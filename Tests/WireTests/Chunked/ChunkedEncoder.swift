import Crypto
import Wire

/// Frames a body as aws-chunked.
struct ChunkedEncoder: Sendable {
    private let mode: StreamingMode
    private var signatures: ChunkSignatures?

    /// - Parameter signatures: the chain behind the request's own signature; needed by the signed modes and ignored by the other.
    init(mode: StreamingMode, signatures: ChunkSignatures?) {
        self.mode = mode
        self.signatures = mode.isSigned ? signatures : nil
    }

    /// The frame of a chunk; an empty one would end the body and is passed over.
    mutating func encode(_ chunk: [UInt8]) -> [UInt8] {
        guard !chunk.isEmpty else { return [] }
        return header(of: chunk) + chunk + Self.lineEnd
    }

    /// The end of the body.
    ///
    /// - Parameter trailers: what `x-amz-trailer` announced; none where the mode has none.
    mutating func finish(trailers: [ChunkedTrailer] = []) -> [UInt8] {
        var end = header(of: [])
        for trailer in trailers { end += Array("\(trailer.name):\(trailer.value)\r\n".utf8) }
        if mode == .signedTrailer, let signature = signatures?.next(trailers: trailers) {
            end += Array("x-amz-trailer-signature:\(signature)\r\n".utf8)
        }
        return end + Self.lineEnd
    }

    private static let lineEnd: [UInt8] = [0x0D, 0x0A]

    private mutating func header(of chunk: [UInt8]) -> [UInt8] {
        let size = String(chunk.count, radix: 16)
        let signature = (signatures?.next(chunkHash: SHA256.hash(data: chunk))).map { ";chunk-signature=\($0)" } ?? ""
        return Array("\(size)\(signature)\r\n".utf8)
    }
}
