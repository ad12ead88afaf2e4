import TestSupport
import Testing
import Wire

/// The expected values are those of Python's zlib and hashlib; of CRC-32C and CRC-64/NVME, of a bit-by-bit division in Python.
@Suite struct ChecksumTests {
    private static let long = (0..<5).flatMap { _ in (0...255).map(UInt8.init) } + Array("xyz".utf8)

    private static let known: [(bytes: [UInt8], values: [ChecksumAlgorithm: String])] = [
        (
            [],
            [
                .crc32: "AAAAAA==", .crc32c: "AAAAAA==", .crc64NVME: "AAAAAAAAAAA=", .sha1: "2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
                .sha256: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
            ]
        ),
        (
            Array("123456789".utf8),
            [
                .crc32: "y/Q5Jg==", .crc32c: "4waSgw==", .crc64NVME: "rosUhgp5mIg=", .sha1: "98O8HYCOBHMq32eZZczDTKeuNEE=",
                .sha256: "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=",
            ]
        ),
        (
            long,
            [
                .crc32: "tEnZjQ==", .crc32c: "3laI7Q==", .crc64NVME: "d0AuUjg5kxw=", .sha1: "y5XWGdfm4fhqvn81pw1T38ZD1VQ=",
                .sha256: "7cHXi4wrgshyHtOYAwAl9hBa83Ypu3nJY8AXreobIxY=",
            ]
        ),
    ]

    @Test(arguments: ChecksumAlgorithm.allCases)
    func knownAnswers(_ algorithm: ChecksumAlgorithm) {
        for known in Self.known { #expect(Checksum.of(known.bytes, algorithm).text == known.values[algorithm]) }
    }

    @Test(arguments: ChecksumAlgorithm.allCases, [11, 12] as [UInt64])
    func anySplitGivesTheSame(_ algorithm: ChecksumAlgorithm, seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let bytes = (0..<Int.random(in: 0...300, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            var checksum = Checksum(algorithm)
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Int.random(in: 0...min(40, rest.count), using: &random)
                checksum.update(rest.prefix(count))
                rest = rest.dropFirst(count)
            }
            #expect(checksum.finish() == Checksum.of(bytes, algorithm))
        }
    }

    @Test func namesAreReadInAnyCase() {
        for algorithm in ChecksumAlgorithm.allCases {
            #expect(ChecksumAlgorithm(headerName: "X-Amz-Checksum-\(algorithm.rawValue.lowercased())") == algorithm)
            #expect(ChecksumAlgorithm(name: algorithm.rawValue.lowercased()) == algorithm)
            #expect(ChecksumAlgorithm(elementName: algorithm.elementName) == algorithm)
        }
        #expect(ChecksumAlgorithm.crc64NVME.headerName == "x-amz-checksum-crc64nvme")
        for name in ["x-amz-checksum-type", "x-amz-checksum-mode", "x-amz-checksum-", "x-amz-checksum-md4", "checksum-crc32"] {
            #expect(ChecksumAlgorithm(headerName: name) == nil)
        }
    }

    @Test(arguments: [
        "", "AAAA", "AAAAAA", "AAAAAA==-0", "AAAAAA==-", "AAAAAA==-10001", "AAAAAA==-01", "AAAAAA==-+1", "AAAAAB==", " AAAAAA==",
    ])
    func textsThatAreNoValueAreRefused(_ text: String) {
        #expect(ChecksumValue(.crc32, text: text) == nil)
    }

    @Test func md5() {
        #expect(EntityTag(md5: MD5Digest.of(Array("hello world".utf8))).quoted == "\"5eb63bbbe01eeed093cb22bb8f5acdc3\"")
        let parts = ["hello ", "world"].map { MD5Digest.of(Array($0.utf8)) }
        #expect(EntityTag(partMD5s: parts).value == "e09e4fd6265b36115fe3db32df945d84-2")
        #expect(MD5Digest.contentMD5("XrY7u+Ae7tCTyyK7j1rNww==") == MD5Digest.of(Array("hello world".utf8)))
        for text in ["", "XrY7u+Ae7tCTyyK7j1rN", "XrY7u+Ae7tCTyyK7j1rNwwww", "5eb63bbbe01eeed093cb22bb"] {
            #expect(MD5Digest.contentMD5(text) == nil)
        }
    }
}
