import Crypto
import Domain
import Sealing
import Testing

/// Bytes that another implementation made by docs/formats/kms.md: Python's `cryptography` and `hashlib`.
@Suite struct KnownAnswerTests {
    private let root: RootKey
    private let key: KeyID
    private let material = SecretBytes(copying: Array(0x40..<0x60 as Range<UInt8>))

    init() throws {
        root = try #require(RootKey(SecretBytes(copying: Array(0x60..<0x80 as Range<UInt8>))))
        key = try #require(KeyID(rawValue: "1234abcd-12ab-44cd-86ef-1234567890ab"))
    }

    @Test func theContextInItsOneForm() throws {
        let context = try EncryptionContext([(key: "aws:ebs:id", value: "vol-1"), (key: "Zone", value: "ä")])
        #expect(context.canonicalBytes == bytes("000000045a6f6e6500000002c3a40000000a6177733a6562733a696400000005766f6c2d31"))
        #expect(EncryptionContext(canonicalBytes: context.canonicalBytes) == context)
    }

    @Test func aCiphertextBlob() throws {
        let context = try EncryptionContext([(key: "aws:ebs:id", value: "vol-1"), (key: "Zone", value: "ä")])
        let blob = try #require(
            CiphertextBlob(
                bytes(
                    "011234abcd12ab44cd86ef1234567890ab00000003808182838485868788898a8b8c8d8e8fa0a1a2a3a4a5a6a7a8a9aaab4954cec4daed9e90"
                        + "cac22e613a48eb3ac1b53b8558eb0a7fa2ee0ff40564676d4387dc2aacbeab8ff346edc6ae9a1acc"
                )
            )
        )
        #expect(blob.key == key)
        #expect(blob.materialNumber == 3)
        let plain = try blob.open(material: material, context: context)
        #expect(plain.withUnsafeBytes { Array($0) } == Array("a data key of thirty-two bytes!!".utf8))
    }

    @Test func theRootKeysCheckValue() throws {
        #expect(root.checkValue == bytes("31029faf2efe8011cac669b52b8edeacc171a071c333442a450e90d3e5e79ebd"))
    }

    @Test func aVaultKeyAndAMaterialUnderIt() throws {
        let sealed = bytes(
            "01a0a1a2a3a4a5a6a7a8a9aaab78162bbbfb7a88f0b4eb3510f6c1c425fadeacbc33354dcd408518f5fd4a8941e7105e0690a4ebcebdb4f4c7dc6e0bdc"
        )
        let vault = Vault(current: try root.open(sealed, id: Array(0x10..<0x20)))
        let row = bytes(
            "01101112131415161718191a1b1c1d1e1fa0a1a2a3a4a5a6a7a8a9aaab3e7de6778092c6ede961e7f16a1038e9c12e935468e1707557cb91a28f3b"
                + "f1a77b4f647a9e97d75019bbe6df5913b480"
        )
        let place = MaterialPlace(region: try #require(Region(rawValue: "eu-west-1")), key: key, number: 3)
        #expect(try vault.open(row, of: place).isEqual(to: material))
    }

    /// RFC 7914's function with r = 8 and p = 1.
    @Test func aStretchedPassphrase() throws {
        let stretch = try #require(PassphraseStretch(salt: Array(0x80..<0x90), rounds: 1024))
        let stretched = try RootKey(stretching: SecretBytes(copying: Array("correct horse battery staple".utf8)), by: stretch)
        #expect(stretched.checkValue == bytes("4c6e852b9190a1398ec4bc943f8a331d629df7363ba14017b4b22a6f881cc2a5"))
    }

    private func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
    }
}
