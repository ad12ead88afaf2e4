import Foundation
import Testing
import Wire

private enum State: String, XMLScalar {
    case pending, available
}

private struct Item: XMLEncodable {
    let id: String
    let size: Int?

    func write(to xml: inout XMLWriter) {
        xml.element("id", id)
        xml.element("size", size)
    }
}

private func written(_ content: (inout XMLWriter) -> Void) -> String {
    var xml = XMLWriter(declaration: false)
    content(&xml)
    return String(decoding: xml.bytes, as: UTF8.self)
}

@Suite struct XMLWriterTests {
    @Test func writesScalars() {
        let text = written { xml in
            xml.element("a", "x")
            xml.element("b", 5)
            xml.element("c", true)
            xml.element("d", Date(timeIntervalSince1970: 1_795_376_072.25))
            xml.element("e", State.available)
            xml.element("f", nil as String?)
            xml.element("g", "")
            xml.element("h", Int64.max)
        }
        #expect(
            text == "<a>x</a><b>5</b><c>true</c><d>2026-11-22T19:34:32.250Z</d><e>available</e><g></g><h>9223372036854775807</h>"
        )
    }

    @Test func writesListsAndStructures() {
        let text = written { xml in
            xml.list("tagSet", ["k": "v"]) { xml, pair in
                xml.element("key", pair.key)
                xml.element("value", pair.value)
            }
            xml.list("empty", [] as [String]) { xml, text in xml.text(text) }
            xml.list("itemSet", [Item(id: "1", size: nil), Item(id: "2", size: 3)])
            xml.list("zones", ["a", "b"], item: "member")
            xml.element("one", Item(id: "3", size: 4))
            xml.element("none", nil as Item?)
            xml.element("group") { $0.element("x", 1) }
        }
        #expect(
            text == "<tagSet><item><key>k</key><value>v</value></item></tagSet><empty/>"
                + "<itemSet><item><id>1</id></item><item><id>2</id><size>3</size></item></itemSet>"
                + "<zones><member>a</member><member>b</member></zones><one><id>3</id><size>4</size></one><group><x>1</x></group>"
        )
    }

    @Test func escapesWhatXMLCannotCarry() {
        #expect(written { $0.element("a", "<&>\"'\r\n\t") } == "<a>&lt;&amp;&gt;\"'&#xD;\n\t</a>")
        #expect(written { $0.element("a", "x\u{0}y\u{1F}z\u{B}") } == "<a>x\u{FFFD}y\u{FFFD}z\u{FFFD}</a>")
        var listing = XMLWriter(declaration: false, refersToControls: true)
        listing.element("a", "\u{1}\u{1F}\t\n\r\u{FFFE}\u{FFFF}\u{FFFD}")
        #expect(String(decoding: listing.bytes, as: UTF8.self) == "<a>&#x1;&#x1F;\t\n&#xD;&#xFFFE;&#xFFFF;\u{FFFD}</a>")
        #expect(written { $0.element("a", "\u{FFFE}\u{FFFF}\u{FFFD}\u{F000}é😀") } == "<a>\u{FFFD}\u{FFFD}\u{FFFD}\u{F000}é😀</a>")
        #expect(written { $0.element("a", attributes: [("k", "\"<\n")]) { _ in } } == "<a k=\"&quot;&lt;&#xA;\"/>")
    }

    @Test func anEC2AnswerStandsInItsEnvelope() {
        let bytes = EC2Envelope.success(action: "CopyImage", requestID: "r-1", body: Item(id: "ami-1", size: nil))
        #expect(
            String(decoding: bytes, as: UTF8.self) == #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n"
                + #"<CopyImageResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r-1</requestId><id>ami-1</id></CopyImageResponse>"#
        )
        let nothing = EC2Envelope.success(action: "CreateTags", requestID: "r-1", body: XMLReturnTrue())
        #expect(String(decoding: nothing, as: UTF8.self).hasSuffix("<requestId>r-1</requestId><return>true</return></CreateTagsResponse>"))
    }

    @Test func anEC2ErrorHasNoNamespaceAndACapitalID() {
        let bytes = EC2Envelope.error(code: "InvalidAMIID.NotFound", message: "a < b", requestID: "r-1")
        #expect(
            String(decoding: bytes, as: UTF8.self) == #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n"
                + "<Response><Errors><Error><Code>InvalidAMIID.NotFound</Code><Message>a &lt; b</Message></Error></Errors>"
                + "<RequestID>r-1</RequestID></Response>"
        )
    }

    @Test func queryAnswersStandInTheirEnvelope() throws {
        let success = QueryEnvelope.success(action: "GetCallerIdentity", requestID: "r-1", body: Item(id: "x", size: nil))
        let answer = try XMLNode(parsing: success)
        #expect(answer.name == "GetCallerIdentityResponse")
        #expect(answer["GetCallerIdentityResult"]?.text("id") == "x")
        #expect(answer["ResponseMetadata"]?.text("RequestId") == "r-1")
        #expect(String(decoding: success, as: UTF8.self).contains(#"xmlns="https://sts.amazonaws.com/doc/2011-06-15/""#))

        let failure = try XMLNode(
            parsing: QueryEnvelope.error(code: "C", message: "m", requestID: "r-2", namespace: QueryEnvelope.iamNamespace, fault: .receiver)
        )
        #expect(failure.name == "ErrorResponse")
        #expect(failure["Error"]?.children.map(\.text) == ["Receiver", "C", "m"])
        #expect(failure.text("RequestId") == "r-2")
        let empty = QueryEnvelope.success(action: "A", requestID: "r", body: XMLEmpty())
        #expect(String(decoding: empty, as: UTF8.self).contains("<AResult/>"))
    }
}
