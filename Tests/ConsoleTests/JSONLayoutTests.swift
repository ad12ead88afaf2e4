import Console
import Foundation
import TestSupport
import Testing

struct JSONLayoutTests {
    @Test(arguments: [
        (#"{"a":1,"b":[true,null]}"#, "{\n  \"a\": 1,\n  \"b\": [\n    true,\n    null\n  ]\n}"),
        (" [ ] ", "[]"), ("{ }", "{}"), (#"{"a":{}}"#, "{\n  \"a\": {}\n}"), (#""text""#, #""text""#),
        // What stands within a text is the text's.
        (#"{"a":"b: {c}, [d] \" \\"}"#, "{\n  \"a\": \"b: {c}, [d] \\\" \\\\\"\n}"),
    ])
    func documentsAreLaidOutInLines(text: String, laidOut: String) {
        #expect(JSONLayout.pretty(text) == laidOut)
    }

    @Test(arguments: ["", "{", "{} {}", "{\"a\":}", "not JSON", "{'a': 1}", "\u{0}"])
    func whatIsNoJSONStays(text: String) {
        #expect(JSONLayout.pretty(text) == text)
    }

    /// Twice is as once, and says the same as before.
    @Test func theDocumentIsTheSame() throws {
        var generator = SeededGenerator(seed: 18)
        for _ in 0..<200 {
            let value = Self.value(depth: 4, &generator)
            let text = String(decoding: try JSONSerialization.data(withJSONObject: [value]), as: UTF8.self)
            let pretty = JSONLayout.pretty(text)
            #expect(JSONLayout.pretty(pretty) == pretty)
            let read = try #require(try JSONSerialization.jsonObject(with: Data(pretty.utf8)) as? NSArray)
            #expect(read.isEqual([value] as NSArray))
        }
    }

    private static func value(depth: Int, _ generator: inout SeededGenerator) -> Any {
        let texts = ["", "a", "\"", "\\", "{", "],", ": ", "\n", "é\u{301}", "\\\""]
        switch Int.random(in: 0..<(depth > 0 ? 5 : 3), using: &generator) {
        case 0: return texts.randomElement(using: &generator) ?? ""
        case 1: return Int.random(in: -9...9, using: &generator)
        case 2: return NSNull()
        case 3: return (0..<Int.random(in: 0...3, using: &generator)).map { _ in value(depth: depth - 1, &generator) }
        default:
            var object: [String: Any] = [:]
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                object[texts.randomElement(using: &generator) ?? ""] = value(depth: depth - 1, &generator)
            }
            return object
        }
    }
}
