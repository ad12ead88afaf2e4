import Domain
import TestSupport
import Testing

@Suite struct KeyNameTests {
    @Test func keyIDsGoThroughTheirBytes() throws {
        var generator = SeededGenerator(seed: 9)
        for _ in 0..<200 {
            let id = KeyID.random(using: &generator)
            #expect(id.rawValue.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
            #expect(id.bytes.count == 16)
            #expect(KeyID(bytes: id.bytes) == id)
            #expect(KeyID(rawValue: id.rawValue) == id)
        }
        #expect(KeyID(bytes: Array(repeating: 0, count: 15)) == nil)
    }

    @Test(arguments: [
        "", "1234abcd-12ab-34cd-56ef-1234567890a", "1234ABCD-12ab-34cd-56ef-1234567890ab", "1234abcd-12ab-34cd-56ef-1234567890ag",
        "1234abcd12ab-34cd-56ef-1234567890ab0", "1234abcd-12ab-34cd-56ef-1234567890ab-", "mrk-1234abcd12ab34cd56ef1234567890ab",
    ]) func whatIsNoKeyID(text: String) {
        #expect(KeyID(rawValue: text) == nil)
    }

    @Test func arnsGoThroughTheirText() throws {
        for text in [
            "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab", "arn:aws:kms:us-east-1:123456789012:alias/a:b/c",
            "arn:aws-cn:kms:cn-north-1:123456789012:alias/aws/ebs",
        ] { #expect(KeyARN(text)?.description == text) }
        for text in [
            "", "arn:aws:kms", "arn:aws:s3:::bucket", "arn:aws:kms:EU:123456789012:key/x", "arn:aws:kms:eu-west-1:12:key/x",
            "arn:aws-cn:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        ] { #expect(KeyARN(text) == nil, "\(text)") }
        let odd = try #require(KeyARN("arn:aws:kms:eu-west-1:123456789012:key/none"))
        #expect(odd.resource == .unknown("key/none"))
    }

    @Test func aliasNames() {
        for text in ["alias/a", "alias/aws/ebs", "alias/A-b_c:d/0", "alias/" + String(repeating: "a", count: 250)] {
            #expect(AliasName(rawValue: text)?.rawValue == text)
        }
        for text in ["alias/", "alias", "a", "alias/ä", "alias/a b", "alias/a\n", "alias/" + String(repeating: "a", count: 251)] {
            #expect(AliasName(rawValue: text) == nil, "\(text)")
        }
        #expect(AliasName.ebs.isReserved)
        #expect(AliasName(rawValue: "alias/aws")?.isReserved == false)
    }

    @Test func referencesOfEveryKind() throws {
        let id = "1234abcd-12ab-34cd-56ef-1234567890ab"
        #expect(try KeyReference(id) == .key(#require(KeyID(rawValue: id))))
        #expect(try KeyReference("alias/a") == .alias(#require(AliasName(rawValue: "alias/a"))))
        guard case .arn = try KeyReference("arn:aws:kms:eu-west-1:123456789012:key/\(id)") else {
            Issue.record("an ARN is an ARN")
            return
        }
        for (text, code) in [("key", FaultCode.notFound), ("alias/ä", .notFound), ("arn:aws:ec2:::x", .invalidArn)] {
            let fault = #expect(throws: Fault.self) { _ = try KeyReference(text) }
            #expect(fault?.code == code)
        }
    }
}
