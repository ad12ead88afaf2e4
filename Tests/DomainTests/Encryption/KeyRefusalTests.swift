import Domain
import Testing

@Suite struct KeyRefusalTests {
    private static let arn = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"

    @Test(arguments: [
        (KeyUnusable.Reason.disabled, "InvalidKMSKey.InvalidState", "\(arn) is disabled. Enable it"),
        (.pendingDeletion, "InvalidKMSKey.InvalidState", "\(arn) is pending deletion. Cancel its deletion"),
        (.notFound, "InvalidParameterValue", "Key '\(arn)' does not exist. Name a key"),
        (.otherRegion(known("eu-west-1")), "InvalidParameterValue", "\(arn). It lies in eu-west-1: name a key"),
        (.wrongUsage(.signVerify, operation: "Encrypt"), "InvalidParameterValue", "which is not valid for Encrypt. Name a symmetric key"),
        (.denied(operation: "DescribeKey", principal: "me"), "InvalidParameterValue", "on resource: \(arn). Name a key"),
    ])
    func itNamesTheKeyAndSaysWhatToDo(reason: KeyUnusable.Reason, code: String, text: String) {
        let refusal = KeyRefusal(KeyUnusable(Self.arn, reason))
        #expect(refusal.message.hasPrefix("Given key ID is not accessible: "))
        #expect(refusal.message.contains(text), "\(refusal.message)")
        #expect(refusal.message.contains(Self.arn))
        #expect(refusal.fault.code.rawValue == code)
        #expect(refusal.stateReason == StateReason(code: "Client.\(code)", message: refusal.message))
    }

    @Test func textThatNamesNoKey() {
        let refusal = KeyRefusal(Fault(.notFound, "Invalid keyId 'nonsense'"))
        #expect(refusal.fault.code == .invalidParameterValue)
        #expect(refusal.message == "Given key ID is not accessible: Invalid keyId 'nonsense'")
    }

    @Test func theIDOfADomainIsThirtyTwoDigits() {
        for _ in 0..<100 {
            let id = DomainID.random()
            #expect(DomainID(rawValue: id.rawValue) == id)
            #expect(DomainID(bytes: id.bytes) == id)
            #expect(id.rawValue.utf8.count == 32)
        }
        for text in ["", "0", String(repeating: "g", count: 32), String(repeating: "A", count: 32), String(repeating: "0", count: 33)] {
            #expect(DomainID(rawValue: text) == nil)
        }
        #expect(DomainID(bytes: [UInt8](repeating: 0, count: 15)) == nil)
    }
}
