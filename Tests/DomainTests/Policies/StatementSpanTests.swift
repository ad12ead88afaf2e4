import Domain
import Testing

@Suite struct StatementSpanTests {
    /// The text between two places.
    private static func text(_ span: StatementSpan, of document: String) -> String {
        var place = StatementSpan.Place()
        var text = ""
        for character in document.unicodeScalars {
            if !(place < span.start), place < span.end { text.unicodeScalars.append(character) }
            if character == "\n" { (place.line, place.column) = (place.line + 1, 1) } else { place.column += 1 }
        }
        return text
    }

    @Test(arguments: [
        #"{"Version":"2012-10-17","Statement":[{"Sid":"a"},{"Sid":"b"}]}"#,
        #"{"Statement": [ {"Sid": "a"} ,\#n   {"Sid": "b"}\#n], "Id": "Statement"}"#,
        #"{"Id":"{\"Statement\":[{","Statement":[{"Sid":"a","Condition":{"StringEquals":{"aws:x":["}","{\\"]}}},{"Sid":"b"}]}"#,
    ])
    func statementsAreFoundWhereTheyStand(_ document: String) {
        let texts = StatementSpan.all(in: document).map { Self.text($0, of: document) }
        #expect(texts.count == 2)
        #expect(texts.first?.hasPrefix("{\"Sid\":") == true && texts.first?.contains("\"a\"") == true)
        #expect(texts.last?.hasPrefix("{\"Sid\":") == true && texts.last?.hasSuffix("\"b\"}") == true)
        #expect(texts.allSatisfy { $0.hasSuffix("}") })
    }

    @Test func oneNeedsNoList() {
        let document = #"{"Statement": {"Sid": "a", "Condition": {}}}"#
        #expect(StatementSpan.all(in: document).map { Self.text($0, of: document) } == [#"{"Sid": "a", "Condition": {}}"#])
        #expect(StatementSpan.all(in: document).first?.start.column == 15)
    }
}
