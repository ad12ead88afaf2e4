import Connections
import Crypto
import Domain
import Foundation
import Hexadecimal
import Hummingbird
import NIOCore
import Services
import Wire

/// The bytes of an object as a client sends them: taken out of their chunks, and compared with every hash that came along.
struct S3RequestBody: ObjectBody {
    let bytes: Int64
    private var pieces: RequestBody.AsyncIterator
    private let continuation: Continuation
    private var decoder: ChunkedDecoder?
    private var waiting: ArraySlice<ByteBuffer> = []
    private var hasEnded = false

    private var md5 = MD5Digest()
    private let expectedMD5: [UInt8]?
    private var sha256: SHA256?
    private let expectedSHA256: String?
    private var checksum: Checksum?
    /// Of an algorithm that the client sends none of.
    private var computed: Checksum?
    /// From a header; one in a trailer comes at the end.
    private var expectedChecksum: ChecksumValue?

    /// - Parameters:
    ///   - isOptional: whether a request without a length has no body, as documents may.
    ///   - ignoresChecksum: whether a checksum in a header is of something else.
    init(_ input: S3Input, isOptional: Bool = false, ignoresChecksum: Bool = false) throws {
        let length = input.header("content-length").flatMap { Int64($0) }
        var announced: [String] = []
        if case .chunked(let mode, let signatures) = input.payload {
            guard let decoded = input.header("x-amz-decoded-content-length").flatMap({ Int64($0) }) else {
                throw S3Error(.missingContentLength, explanation: "x-amz-decoded-content-length is missing")
            }
            bytes = decoded
            announced = ChunkedTrailer.names(announcedBy: input.header("x-amz-trailer"))
            do {
                decoder = try ChunkedDecoder(mode: mode, decodedLength: decoded, announced: announced, signatures: signatures)
            } catch {
                throw error.s3Error
            }
        } else {
            guard let length = length ?? (isOptional && input.header("transfer-encoding") == nil ? 0 : nil), length >= 0 else {
                throw S3Error(.missingContentLength)
            }
            bytes = length
        }
        pieces = input.body.makeAsyncIterator()
        continuation = input.continuation
        expectedMD5 = try input.header("content-md5").map { text in
            guard let digest = MD5Digest.contentMD5(text) else {
                throw S3Error(.invalidDigest, details: [.init(.contentMD5, text)])
            }
            return digest
        }
        if case .hash(let declared) = input.payload {
            expectedSHA256 = declared
            sha256 = SHA256()
        } else {
            expectedSHA256 = nil
        }
        let announcedAlgorithm = try ignoresChecksum ? nil : Self.announcedAlgorithm(in: input)
        let sent = ChecksumAlgorithm.allCases.filter { !ignoresChecksum && input.header($0.headerName) != nil }
        let trailing = announced.compactMap(ChecksumAlgorithm.init(headerName:))
        guard sent.count + trailing.count <= 1 else {
            throw S3Error(.invalidRequest, "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
        }
        if let algorithm = sent.first, let text = input.header(algorithm.headerName) {
            guard let value = ChecksumValue(algorithm, text: text), value.partCount == nil else {
                throw S3Error(.invalidRequest, "Value for \(algorithm.headerName) header is invalid.")
            }
            expectedChecksum = value
        }
        checksum = (sent.first ?? trailing.first).map(Checksum.init)
        if let announcedAlgorithm, let checksum, checksum.algorithm != announcedAlgorithm {
            throw S3Error(.invalidRequest, "Value for x-amz-sdk-checksum-algorithm header is invalid.")
        }
    }

    /// What the client says that its checksum is.
    private static func announcedAlgorithm(in input: S3Input) throws -> ChecksumAlgorithm? {
        _ = try input.header("x-amz-checksum-algorithm").map(ChecksumAlgorithm.init(requested:))
        return try input.header("x-amz-sdk-checksum-algorithm").map(ChecksumAlgorithm.init(requested:))
    }

    /// Of the checksum that comes along.
    var checksumAlgorithm: ChecksumAlgorithm? { checksum?.algorithm }

    /// Lets a checksum be computed beside the one that comes along; it is what the bytes are known by then.
    mutating func compute(_ algorithm: ChecksumAlgorithm) { computed = Checksum(algorithm) }

    /// The checksum that the client sent, computed from the bytes.
    var sentChecksum: ChecksumValue? { checksum?.finish() }

    mutating func next() async throws -> ByteBuffer? {
        while true {
            if let piece = waiting.popFirst() {
                take(piece)
                return piece
            }
            guard let piece = try await nextPiece() else {
                try end()
                return nil
            }
            guard decoder != nil else {
                waiting = [piece]
                continue
            }
            do throws(ChunkedError) {
                let ranges = try decoder?.feed(piece.readableBytesSpan) ?? []
                waiting = ranges.compactMap { piece.getSlice(at: piece.readerIndex + $0.lowerBound, length: $0.count) }[...]
            } catch {
                throw error.s3Error
            }
        }
    }

    private mutating func nextPiece() async throws -> ByteBuffer? {
        continuation.send()
        do {
            return try await pieces.next()
        } catch is SlowClient {
            throw S3Error(.requestTimeout)
        } catch {
            // The client hung up or framed its body wrongly: its fault, and nothing for the log.
            throw S3Error(.incompleteBody)
        }
    }

    private mutating func take(_ piece: ByteBuffer) {
        let span = piece.readableBytesSpan
        md5.update(span)
        if sha256 != nil { piece.withUnsafeReadableBytes { sha256?.update(bufferPointer: $0) } }
        checksum?.update(span)
        computed?.update(span)
    }

    /// Compares all hashes. Bytes count only if this does not throw.
    private mutating func end() throws {
        guard !hasEnded else { return }
        hasEnded = true
        if let decoder {
            self.decoder = nil
            do {
                for trailer in try decoder.finish() {
                    guard let algorithm = ChecksumAlgorithm(headerName: trailer.name) else { continue }
                    guard let value = ChecksumValue(algorithm, text: trailer.value), value.partCount == nil else {
                        throw S3Error(.invalidRequest, "Value for \(trailer.name) trailing header is invalid.")
                    }
                    expectedChecksum = value
                }
            } catch let error as ChunkedError {
                throw error.s3Error
            }
        }
        if let expectedSHA256, let sha256 {
            let computed = Hex.encode(sha256.finalize())
            guard computed == expectedSHA256 else {
                throw S3Error(
                    .xAmzContentSHA256Mismatch,
                    details: [.init(.clientComputedContentSHA256, expectedSHA256), .init(.s3ComputedContentSHA256, computed)]
                )
            }
        }
        if let expectedMD5, md5.finish() != expectedMD5 {
            let texts = [expectedMD5, md5.finish()].map { Data($0).base64EncodedString() }
            throw S3Error(.badDigest, details: [.init(.expectedDigest, texts[0]), .init(.calculatedDigest, texts[1])])
        }
        if let checksum, let expectedChecksum, checksum.finish() != expectedChecksum {
            throw S3Error(
                .badDigest,
                "The \(expectedChecksum.algorithm.rawValue) you specified did not match the calculated checksum."
            )
        }
    }

    /// Of all bytes, which have been compared.
    var identity: ObjectIdentity {
        get throws {
            guard hasEnded else { throw S3Error(.incompleteBody) }
            return ObjectIdentity(
                md5: md5.finish(),
                checksum: (computed ?? checksum).map { .init(algorithm: $0.algorithm.rawValue, bytes: $0.finish().bytes) }
            )
        }
    }
}

extension ChecksumAlgorithm {
    /// - Throws: when there is none of that name.
    init(requested name: String) throws {
        guard let algorithm = ChecksumAlgorithm(name: name) else {
            let names = ChecksumAlgorithm.allCases.map(\.rawValue).sorted().joined(separator: ", ")
            throw S3Error(
                .invalidRequest,
                "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [\(names)]"
            )
        }
        self = algorithm
    }
}
