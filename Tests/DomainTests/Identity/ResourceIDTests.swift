import Domain
import TestSupport
import Testing

@Suite struct ResourceIDTests {
    @Test(arguments: ["ami-0123456789abcdef0", "ami-12345678", "ami-abcdef01", "ami-00000000000000000"])
    func takesWhatIsWellFormed(_ text: String) throws {
        let id = try #require(ImageID(rawValue: text))
        #expect(id.rawValue == text)
        #expect(id.description == text)
        #expect(TaggableResource(id: text) == .image(id))
    }

    @Test(arguments: [
        "", "ami", "ami-", "ami-1234567", "ami-123456789", "ami-0123456789abcdef", "ami-0123456789abcdef01", "ami-1234567g",
        "ami-1234567G", "ami-ABCDEF01", "AMI-12345678", "Ami-12345678", "ami_12345678", "ami--2345678", " ami-12345678",
        "ami-12345678 ", "ami-12345678\n", "ami-12345678\0", "ami-1234567８", "ami-1234567\u{301}8", "ami-\u{301}12345678",
        "snap-12345678", "aki-12345678", "xami-12345678", "12345678", "ami-12345678,ami-12345678", "ami-0x345678",
    ])
    func refusesWhatIsMalformed(_ text: String) {
        #expect(ImageID(rawValue: text) == nil)
        #expect(!ImageID.isWellFormed(text))
    }

    @Test func everyKindHasItsOwnPrefix() {
        for text in ["ami-12345678", "snap-12345678", "copy-12345678"] {
            #expect((ImageID(rawValue: text) != nil) == text.hasPrefix("ami-"))
            #expect((SnapshotID(rawValue: text) != nil) == text.hasPrefix("snap-"))
            #expect((CopyID(rawValue: text) != nil) == text.hasPrefix("copy-"))
        }
    }

    @Test(arguments: seeds(2))
    func randomIDsAreWellFormedAndDiffer(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var seen = Set<String>()
        for _ in 0..<2000 {
            let image = ImageID.random(using: &random)
            let snapshot = SnapshotID.random(using: &random)
            #expect(ImageID(rawValue: image.rawValue) == image)
            #expect(SnapshotID(rawValue: snapshot.rawValue) == snapshot)
            #expect(image.rawValue.utf8.count == "ami-".utf8.count + 17)
            #expect(image.rawValue.split(separator: "-").count == 2)
            seen.formUnion([image.rawValue, snapshot.rawValue])
        }
        #expect(seen.count == 4000)
        #expect(ImageID.random() != ImageID.random())
    }

    @Test func idsAreOrderedAsTheirTexts() {
        let texts = ["ami-00000000", "ami-00000001", "ami-0123456789abcdef0", "ami-0f000000", "ami-f0000000"]
        #expect(texts.reversed().compactMap(ImageID.init(rawValue:)).sorted().map(\.rawValue) == texts)
    }
}
