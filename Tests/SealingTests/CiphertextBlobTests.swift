import Crypto
import Domain
import Sealing
import TestSupport
import Testing

@Suite struct CiphertextBlobTests {
    private let key = KeyID.random()
    private let material = SecretBytes.random(count: 32)

    private func context(_ value: String) throws -> EncryptionContext { try EncryptionContext([(key: "aws:ebs:id", value: value)]) }

    private func seal(_ plain: [UInt8], number: Int = 1, _ context: EncryptionContext) throws -> [UInt8] {
        try CiphertextBlob.seal(SecretBytes(copying: plain), key: key, materialNumber: number, material: material, context: context)
    }

    @Test func whatIsSealedOpensAgain() throws {
        var generator = SeededGenerator(seed: 41)
        for length in [1, 15, 16, 17, 32, 4095, 4096] {
            let plain = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let number = Int.random(in: 1...100_000, using: &generator)
            let sealed = try seal(plain, number: number, context("vol-\(length)"))
            #expect(sealed.count <= CiphertextBlob.bytesMax)
            let blob = try #require(CiphertextBlob(sealed))
            #expect(blob.key == key)
            #expect(blob.materialNumber == number)
            #expect(try blob.open(material: material, context: context("vol-\(length)")).withUnsafeBytes { Array($0) } == plain)
        }
    }

    @Test func theSamePlainTextNeverLooksTheSame() throws {
        let sealed = try (0..<50).map { _ in try seal([1, 2, 3], .empty) }
        #expect(Set(sealed).count == 50)
        // Beside the head, which names key and material, nothing is shared: no eight bytes in a row.
        let windows = sealed.flatMap { blob in (21..<blob.count - 8).map { Array(blob[$0..<$0 + 8]) } }
        #expect(Set(windows).count == windows.count)
    }

    /// Never wrong plain text: whatever bit is flipped, the blob does not open, or is no blob any more.
    @Test func noChangedBitOpens() throws {
        let sealed = try seal(Array("a data key of thirty-two bytes!!".utf8), context("vol-1"))
        for index in sealed.indices {
            for bit in 0..<8 {
                var changed = sealed
                changed[index] ^= 1 << bit
                guard let blob = CiphertextBlob(changed) else { continue }
                #expect(throws: SealingError.doesNotOpen) { try blob.open(material: material, context: context("vol-1")) }
            }
        }
    }

    @Test func aCutOrLongerBlobDoesNotOpen() throws {
        let sealed = try seal([1, 2, 3], .empty)
        for length in 0..<sealed.count {
            guard let blob = CiphertextBlob(Array(sealed.prefix(length))) else { continue }
            #expect(throws: SealingError.doesNotOpen) { try blob.open(material: material, context: .empty) }
        }
        let longer = try #require(CiphertextBlob(sealed + [0]))
        #expect(throws: SealingError.doesNotOpen) { try longer.open(material: material, context: .empty) }
        #expect(CiphertextBlob(sealed + Array(repeating: 0, count: 6144)) == nil)
    }

    @Test func anotherContextOrMaterialDoesNotOpen() throws {
        let blob = try #require(CiphertextBlob(seal([1, 2, 3], context("vol-1"))))
        let others = [
            EncryptionContext.empty, try context("vol-2"), try context("VOL-1"),
            try EncryptionContext([(key: "aws:ebs:i", value: "dvol-1")]),
            try EncryptionContext([(key: "aws:ebs:id", value: "vol-1"), (key: "", value: "")]),
        ]
        for other in others {
            #expect(throws: SealingError.doesNotOpen) { try blob.open(material: material, context: other) }
        }
        #expect(throws: SealingError.doesNotOpen) { try blob.open(material: .random(count: 32), context: context("vol-1")) }
    }

    /// Whatever a stranger sends: it parses or not, and does not open.
    @Test func noiseDoesNotOpen() {
        var generator = SeededGenerator(seed: 42)
        for _ in 0..<5000 {
            var noise = (0..<Int.random(in: 0...200, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
            if Bool.random(using: &generator), !noise.isEmpty { noise[0] = 1 }
            guard let blob = CiphertextBlob(noise) else { continue }
            #expect(throws: SealingError.doesNotOpen) { try blob.open(material: material, context: .empty) }
        }
    }
}
