import TestSupport
import Testing
import Wire

@Suite struct ChunkedDecoderTests {
    private struct Body {
        let content: [UInt8]
        let frames: [UInt8]
        let trailers: [ChunkedTrailer]
    }

    private static func body(_ mode: StreamingMode, using random: inout SeededGenerator) throws -> Body {
        var encoder = ChunkedEncoder(mode: mode, signatures: try ChunkChain.any(for: mode))
        var content: [UInt8] = []
        var frames: [UInt8] = []
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let chunk = (0..<Int.random(in: 0...60, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            content += chunk
            frames += encoder.encode(chunk)
        }
        let trailers = mode.hasTrailers ? [ChunkedTrailer(name: "x-amz-checksum-crc32", value: Checksum.of(content, .crc32).text)] : []
        return Body(content: content, frames: frames + encoder.finish(trailers: trailers), trailers: trailers)
    }

    private static func decode(_ pieces: [[UInt8]], _ mode: StreamingMode, length: Int, announced: [String]) throws -> (
        [UInt8], [ChunkedTrailer]
    ) {
        let chain = try ChunkChain.any(for: mode)
        var decoder = try ChunkedDecoder(mode: mode, decodedLength: Int64(length), announced: announced, signatures: chain)
        var content: [UInt8] = []
        for piece in pieces { content += try decoder.feed(piece) }
        return (content, try decoder.finish())
    }

    @Test(arguments: StreamingMode.allCases, [31, 32] as [UInt64])
    func whateverWasEncodedIsDecodedInAnyPieces(_ mode: StreamingMode, seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let body = try Self.body(mode, using: &random)
            var pieces: [[UInt8]] = []
            var rest = body.frames[...]
            while !rest.isEmpty {
                pieces.append(Array(rest.prefix(Int.random(in: 1...30, using: &random))))
                rest = rest.dropFirst(pieces[pieces.count - 1].count)
            }
            let decoded = try Self.decode(pieces, mode, length: body.content.count, announced: body.trailers.map(\.name))
            #expect(decoded.0 == body.content)
            #expect(decoded.1 == body.trailers)
        }
    }

    @Test(arguments: [StreamingMode.signed, .signedTrailer], [41, 42] as [UInt64])
    func aChangedByteIsRefusedWhereItIsSigned(_ mode: StreamingMode, seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let body = try Self.body(mode, using: &random)
            var frames = body.frames
            let index = Int.random(in: 0..<frames.count, using: &random)
            frames[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            let names = body.trailers.map(\.name)
            guard let decoded = try? Self.decode([frames], mode, length: body.content.count, announced: names) else { continue }
            // The case of a hexadecimal digit or of a trailer's name may change, and no byte of content.
            #expect(decoded.0 == body.content)
            #expect(decoded.1 == body.trailers)
        }
    }

    @Test(arguments: StreamingMode.allCases)
    func aBodyThatEndsEarlyIsIncomplete(_ mode: StreamingMode) throws {
        var random = SeededGenerator(seed: 43)
        let body = try Self.body(mode, using: &random)
        for count in 0..<body.frames.count - 1 {
            #expect(throws: ChunkedError.self) {
                try Self.decode([Array(body.frames.prefix(count))], mode, length: body.content.count, announced: body.trailers.map(\.name))
            }
        }
        for length in [body.content.count + 1, body.content.count - 1] {
            #expect(throws: ChunkedError.self) {
                try Self.decode([body.frames], mode, length: length, announced: body.trailers.map(\.name))
            }
        }
    }

    @Test(arguments: [
        "", "0", "0\r\n", "x\r\n\r\n", "\r\n", "-1\r\n\r\n", "+0\r\n\r\n", "00000000000000000\r\n\r\n", "ffffffffffffffff\r\n",
        "2\r\nabc\r\n0\r\n\r\n",
        "1\r\na0\r\n\r\n", "0\r\nx-amz-checksum-crc32\r\n\r\n", "0\r\nx-other:1\r\n\r\n", "0\r\n\r\nmore",
        "0\r\nx-amz-checksum-crc32:1\r\nx-amz-checksum-crc32:1\r\n\r\n", "0;\(String(repeating: "x", count: 300))\r\n\r\n",
        "0\r\nx-amz-checksum-crc32:\(String(repeating: "x", count: 5000))\r\n\r\n", "0\r\n\r\n\r\n\r\n\r\n\r\n",
    ])
    func brokenFramesAreRefused(_ frames: String) {
        for length in 0...2 {
            #expect(throws: ChunkedError.self) {
                try Self.decode([Array(frames.utf8)], .unsignedTrailer, length: length, announced: ["x-amz-checksum-crc32"])
            }
        }
    }

    @Test func signedModesNeedAChain() {
        #expect(throws: ChunkedError.signatureMismatch) { try ChunkedDecoder(mode: .signed, decodedLength: 1, signatures: nil) }
        #expect(throws: ChunkedError.self) {
            try ChunkedDecoder(mode: .signed, decodedLength: 1, announced: ["a"], signatures: ChunkChain.any(for: .signed))
        }
    }

    @Test(arguments: [51, 52] as [UInt64])
    func randomBytesDoNoHarm(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<4000 {
            let frames = random.bytes(upTo: 40, alphabet: "0123a;\r\n\r\n:x-")
            guard let decoded = try? Self.decode([frames], .unsignedTrailer, length: Int(random.next() % 8), announced: []) else {
                continue
            }
            #expect(decoded.0.count < 8)
        }
    }
}
