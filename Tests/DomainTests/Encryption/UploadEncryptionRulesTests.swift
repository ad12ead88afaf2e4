import Domain
import Testing

@Suite struct UploadEncryptionRulesTests {
    private static let key = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    private static let other = "arn:aws:kms:us-east-1:123456789012:key/00000000-12ab-34cd-56ef-1234567890ab"
    private static let account = EncryptionOutcome.encrypted(under: .accountDefault)

    private func outcome(_ isEncrypted: Bool?, _ key: String?, isOn: Bool, parent: UploadEncryptionRules.Parent? = nil) throws
        -> EncryptionOutcome
    {
        try UploadEncryptionRules(EncryptionRequest(isEncrypted: isEncrypted, key: key), isOnByDefault: isOn).outcome(parent: parent)
    }

    private func expectRefusal(_ reason: String = "INVALID_PARAMETER_VALUE", _ body: () throws -> EncryptionOutcome) {
        let fault = #expect(throws: Fault.self) { _ = try body() }
        #expect(fault?.code == .validationException)
        #expect(fault?.reason == reason)
    }

    @Test func withoutAParent() throws {
        for (isEncrypted, isOn, expected) in [
            (nil, false, .open), (false, false, .open), (true, false, Self.account),
            (nil, true, Self.account), (false, true, Self.account), (true, true, Self.account),
        ] as [(Bool?, Bool, EncryptionOutcome)] {
            #expect(try outcome(isEncrypted, nil, isOn: isOn) == expected, "\(String(describing: isEncrypted)) \(isOn)")
        }
        #expect(try outcome(true, Self.key, isOn: false) == .encrypted(under: .named(Self.key)))
        #expect(try outcome(true, Self.key, isOn: true) == .encrypted(under: .named(Self.key)))
        #expect(try outcome(nil, Self.key, isOn: true) == .encrypted(under: .named(Self.key)))
        for isEncrypted in [nil, false] as [Bool?] { expectRefusal { try outcome(isEncrypted, Self.key, isOn: false) } }
        expectRefusal { try outcome(false, Self.key, isOn: true) }
        for text in ["alias/k", "1234abcd-12ab-34cd-56ef-1234567890ab", "arn:aws:kms", ""] {
            expectRefusal("INVALID_CUSTOMER_KEY") { try outcome(true, text, isOn: false) }
        }
    }

    @Test func withAnOpenParent() throws {
        let parent = UploadEncryptionRules.Parent(id: known("snap-0123456789abcdef0"), keyARN: nil)
        #expect(try outcome(nil, nil, isOn: false, parent: parent) == .open)
        for isEncrypted in [true, false] { expectRefusal { try outcome(isEncrypted, nil, isOn: false, parent: parent) } }
        expectRefusal { try outcome(nil, nil, isOn: true, parent: parent) }
        expectRefusal { try outcome(nil, Self.key, isOn: false, parent: parent) }
    }

    @Test func withAnEncryptedParent() throws {
        let parent = UploadEncryptionRules.Parent(id: known("snap-0123456789abcdef0"), keyARN: Self.key)
        for isOn in [false, true] {
            #expect(try outcome(nil, nil, isOn: isOn, parent: parent) == .encrypted(under: .inherited(Self.key)))
            #expect(try outcome(nil, Self.key, isOn: isOn, parent: parent) == .encrypted(under: .inherited(Self.key)))
            expectRefusal { try outcome(nil, Self.other, isOn: isOn, parent: parent) }
            for isEncrypted in [true, false] { expectRefusal { try outcome(isEncrypted, nil, isOn: isOn, parent: parent) } }
        }
    }
}
