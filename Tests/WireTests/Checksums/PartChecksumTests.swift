import TestSupport
import Testing
import Wire

@Suite struct PartChecksumTests {
    @Test(arguments: [
        (ChecksumAlgorithm.crc32, "1Fu2mQ==-2"), (.crc32c, "vUZpoA==-2"), (.sha1, "9oeo+kMlG3hL6irRRMB+8GuSWwc=-2"),
        (.sha256, "Zhie15keHg/OBlOZxcoF/BXCgYZaeimRvdZnwUZqkaQ=-2"),
    ])
    func aCompositeIsTheChecksumOfTheChecksums(_ algorithm: ChecksumAlgorithm, expected: String) throws {
        var parts = try #require(PartChecksums(algorithm, type: .composite))
        for part in ["hello ", "world"] {
            let value = Checksum.of(Array(part.utf8), algorithm)
            let isTaken = parts.append(value, length: UInt64(part.utf8.count))
            #expect(isTaken)
        }
        #expect(parts.finish().text == expected)
        #expect(ChecksumValue(algorithm, text: expected) == parts.finish())
        let isTaken = parts.append(parts.finish(), length: 1)
        #expect(!isTaken, "a composite is not the checksum of a part")
    }

    @Test(arguments: [ChecksumAlgorithm.crc32, .crc32c, .crc64NVME], [21, 22] as [UInt64])
    func aFullObjectChecksumIsThatOfTheBytes(_ algorithm: ChecksumAlgorithm, seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<60 {
            var parts = try #require(PartChecksums(algorithm, type: .fullObject))
            var whole: [UInt8] = []
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                let part = (0..<Int.random(in: 0...200, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
                let isTaken = parts.append(Checksum.of(part, algorithm), length: UInt64(part.count))
                #expect(isTaken)
                whole += part
            }
            #expect(parts.finish() == Checksum.of(whole, algorithm))
        }
    }

    @Test func whichTypesThereAre() {
        let allowed = ChecksumAlgorithm.allCases.map { algorithm in
            [ChecksumType.composite, .fullObject].filter { $0.isAllowed(for: algorithm) }
        }
        #expect(allowed == [[.composite, .fullObject], [.composite, .fullObject], [.fullObject], [.composite], [.composite]])
        #expect(PartChecksums(.sha256, type: .fullObject) == nil)
        for algorithm in ChecksumAlgorithm.allCases { #expect(ChecksumType.standard(for: algorithm).isAllowed(for: algorithm)) }
    }
}
