import Testing
import Wire

/// The examples of "Signature calculations for the authorization header: transferring a payload in multiple chunks" of the S3 API
/// reference, and its sequel with trailers: 64 KiB and 1 KiB of the letter a. A script of Python's hmac gives the same signatures.
@Suite struct ChunkedVectorTests {
    private static let plainSeed = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
    private static let trailerSeed = "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e"
    private static let trailer = ChunkedTrailer(name: "x-amz-checksum-crc32c", value: "sOO8/Q==")
    private static let chunks = [65536, 1024].map { [UInt8](repeating: UInt8(ascii: "a"), count: $0) }

    private static func frame(_ signatures: [String], end: String) -> [UInt8] {
        var body: [UInt8] = []
        for (chunk, signature) in zip(chunks, signatures) {
            body += Array("\(String(chunk.count, radix: 16));chunk-signature=\(signature)\r\n".utf8) + chunk + Array("\r\n".utf8)
        }
        return body + Array("0;chunk-signature=\(signatures[2])\r\n\(end)\r\n".utf8)
    }

    private static let plain = frame(
        [
            "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
            "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
            "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
        ],
        end: ""
    )

    private static func withTrailer(_ separator: String) -> [UInt8] {
        frame(
            [
                "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
                "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
                "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
            ],
            end: "x-amz-checksum-crc32c:sOO8/Q==\(separator)"
                + "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n"
        )
    }

    @Test func theDocumentedChunksAreDecoded() throws {
        var decoder = try ChunkedDecoder(mode: .signed, decodedLength: 66560, signatures: ChunkChain.documented(seed: Self.plainSeed))
        #expect(try decoder.feed(Self.plain) == Self.chunks.flatMap { $0 })
        #expect(try decoder.finish() == [])
    }

    /// As documented, with an empty line in front of the signature as well: a client in wide use writes one.
    @Test(arguments: ["\r\n", "\n\r\n"])
    func theDocumentedTrailerIsDecoded(_ separator: String) throws {
        var decoder = try ChunkedDecoder(
            mode: .signedTrailer,
            decodedLength: 66560,
            announced: ["x-amz-checksum-crc32c"],
            signatures: ChunkChain.documented(seed: Self.trailerSeed)
        )
        #expect(try decoder.feed(Self.withTrailer(separator)) == Self.chunks.flatMap { $0 })
        #expect(try decoder.finish() == [Self.trailer])
    }

    @Test func theyAreEncoded() throws {
        var plain = ChunkedEncoder(mode: .signed, signatures: try ChunkChain.documented(seed: Self.plainSeed))
        #expect(Self.chunks.flatMap { plain.encode($0) } + plain.finish() == Self.plain)
        var trailed = ChunkedEncoder(mode: .signedTrailer, signatures: try ChunkChain.documented(seed: Self.trailerSeed))
        #expect(Self.chunks.flatMap { trailed.encode($0) } + trailed.finish(trailers: [Self.trailer]) == Self.withTrailer("\r\n"))
    }

    /// What botocore 1.43.11 sends over TLS.
    @Test func theUnsignedFormOfBotocoreIsDecoded() throws {
        let names = ChunkedTrailer.names(announcedBy: "x-amz-checksum-crc32")
        var decoder = try ChunkedDecoder(mode: .unsignedTrailer, decodedLength: 11, announced: names, signatures: nil)
        let content = try decoder.feed(Array("b\r\nhello world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n".utf8))
        #expect(content == Array("hello world".utf8))
        let trailers = try decoder.finish()
        #expect(trailers.map(\.value) == [Checksum.of(content, .crc32).text])
    }
}
