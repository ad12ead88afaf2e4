import Foundation
import TestSupport
import Testing
import Wire

private struct Tag: JSONStructure, JSONEncodable, Equatable {
    let key: String
    let value: String

    init(key: String, value: String) {
        self.key = key
        self.value = value
    }

    init(from json: JSONReader) throws(RequestError) {
        key = try json["Key"]
        value = try json["Value"]
    }

    func write(to json: inout JSONWriter) {
        json.member("Key", key)
        json.member("Value", value)
    }
}

private enum Status: String, JSONText, JSONScalar {
    case pending, completed
}

private func reader(_ text: String, limits: JSONLimits = .standard) throws -> JSONReader {
    try JSONReader(parsing: Array(text.utf8), limits: limits)
}

@Suite struct JSONReaderTests {
    @Test func theTypeDecidesHowAMemberIsRead() throws {
        let json = try reader(
            #"{"Name":"a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00","Size":8,"Big":9007199254740993,"Whole":1e3,"Rate":-0.5e1,"On":true,"#
                + #""Status":"pending","At":1795376072.25,"Tags":[{"Key":"k","Value":""}],"Ids":["a","b"],"Gone":null,"Empty":[]}"#
        )
        #expect(try json["Name"] == "a\"\\/\u{8}\u{C}\n\r\té😀")
        #expect(try json["Size"] == 8)
        #expect(try json["Big"] == Int64(9_007_199_254_740_993))
        #expect(try json["Whole"] == 1000)
        #expect(try json["Rate"] == -5.0)
        #expect(try json["On"] == true)
        #expect(try json["Status"] == Status.pending)
        #expect(try json["At"] == Date(timeIntervalSince1970: 1_795_376_072.25))
        #expect(try json["Tags"] as [Tag] == [Tag(key: "k", value: "")])
        #expect(try json["Ids"] as [String]? == ["a", "b"])
        #expect(try json["Gone"] as String? == nil)
        #expect(try json["Empty"] as [String] == [])
        #expect(try json["Absent"] as [String] == [])
        #expect(json.unreadNames().isEmpty)
    }

    @Test func unreadMembersHaveTheirPath() throws {
        let json = try reader(#"{"Tags":[{"Key":"k","Value":"v","Colour":"red"}],"More":{"Deep":[1]},"None":{},"Null":null}"#)
        _ = try json["Tags"] as [Tag]
        #expect(json.unreadNames() == ["More.Deep[0]", "None", "Null", "Tags[0].Colour"])
        json.markRead("More", "None", "Null")
        #expect(throws: RequestError.unknown(["Tags[0].Colour"])) { try json.requireAllRead() }
    }

    @Test func wrongKindsNameTheMember() throws {
        let json = try reader(#"{"A":"x","B":1.5,"C":"red","D":[{"Key":1}],"E":{},"F":1e999,"G":"true"}"#)
        #expect(throws: RequestError.invalid("A", "x", "A number was expected")) { try json["A"] as Int }
        #expect(throws: RequestError.invalid("B", "1.5", "An integer was expected")) { try json["B"] as Int }
        #expect(throws: RequestError.invalid("C", "red", "The value is not one of those allowed")) { try json["C"] as Status }
        #expect(throws: RequestError.invalid("D[0].Key", "1", "A string was expected")) { try json["D"] as [Tag] }
        #expect(throws: RequestError(.missingParameter("E.Key"))) { try json["E"] as Tag }
        #expect(throws: RequestError.self) { try json["F"] as Double }
        #expect(throws: RequestError.self) { try json["G"] as Bool }
        #expect(throws: RequestError(.missingParameter("Z"))) { try json["Z"] as String }
    }

    @Test func anEmptyBodyIsAnEmptyObject() throws {
        let json = try reader("")
        #expect(try json["A"] as String? == nil)
        #expect(json.memberNames.isEmpty)
        #expect(json.unreadNames().isEmpty)
        #expect(try reader("{}").unreadNames().isEmpty)
    }

    @Test(arguments: [
        " ", "[]", "1", "null", "{", "}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "{a:1}", "{\"a\":1}{}", "{\"a\":01}", "{\"a\":1.}",
        "{\"a\":.5}", "{\"a\":+1}", "{\"a\":-}", "{\"a\":1e}", "{\"a\":tru}", "{\"a\":[1,]}", "{\"a\":[1 2]}", "{\"a\":\"\n\"}",
        "{\"a\":\"\\x\"}", "{\"a\":\"\\u12\"}", "{\"a\":\"\\u+123\"}", "{\"a\":\"\\ud800\"}", "{\"a\":\"\\udc00\"}",
        "{\"a\":\"\\ud800\\u0041\"}", "{\"a\":\"x}", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "\u{FEFF}{}", "{\"a\":NaN}",
    ])
    func refusesWhatIsNotAnObject(_ text: String) {
        #expect { try reader(text) } throws: { error in
            if case .malformed? = (error as? RequestError)?.kind { true } else { false }
        }
    }

    @Test func refusesBrokenUTF8() {
        #expect(throws: RequestError.self) { try JSONReader(parsing: Array("{\"a\":\"".utf8) + [0xC3] + Array("\"}".utf8)) }
    }

    @Test func limitsHoldAtTheirEdge() throws {
        let limits = JSONLimits(bytes: 30, values: 5, depth: 3, nameBytes: 6)
        _ = try reader(#"{"a":[1,2,3]}"#, limits: limits)
        _ = try reader(#"{"a":{"b":1}}"#, limits: limits)
        _ = try reader(#"{"abcd":{"ef":1}}"#, limits: limits)
        for text in [#"{"a":[1,2,3,4]}"#, #"{"a":{"b":[1]}}"#, #"{"a":"\#(String(repeating: "x", count: 30))"}"#, #"{"abcd":{"efg":1}}"#] {
            #expect { try reader(text, limits: limits) } throws: { error in
                if case .tooLarge? = (error as? RequestError)?.kind { true } else { false }
            }
        }
        #expect(throws: RequestError.self) { try reader("{\"a\":" + String(repeating: "[", count: 500_000)) }
    }

    @Test func writesCompactJSON() {
        let bytes = JSONWriter.object { json in
            json.member("Id", "snap-1")
            json.member("None", nil as Int?)
            json.member("At", Date(timeIntervalSince1970: 1_795_376_072.007))
            json.member("Before", Date(timeIntervalSince1970: -1.5))
            json.member("Status", Status.completed)
            json.list("Blocks", [3, 5]) { json, index in
                json.member("BlockIndex", index)
                json.member("Ok", true)
            }
            json.list("Empty", [] as [String])
            json.list("Names", ["a", "b\u{1}\u{7F}"])
            json.list("Tags", [Tag(key: "k", value: "v")])
            json.object("In") { $0.member("Rate", 0.5) }
            json.object("Nothing") { _ in }
            json.member("Last", Double.nan)
        }
        #expect(
            String(decoding: bytes, as: UTF8.self) == #"{"Id":"snap-1","At":1795376072.007,"Before":-1.500,"Status":"completed","#
                + #""Blocks":[{"BlockIndex":3,"Ok":true},{"BlockIndex":5,"Ok":true}],"Empty":[],"Names":["a","b\u0001\u007f"],"#
                + #""Tags":[{"Key":"k","Value":"v"}],"In":{"Rate":0.5},"Nothing":{},"Last":null}"#
        )
    }

    @Test(arguments: [31, 32] as [UInt64])
    func whatIsWrittenIsRead(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let tags = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                Tag(key: random.text(upTo: 20), value: random.text(upTo: 40))
            }
            let number = Int.random(in: .min ... .max, using: &random)
            let bytes = JSONWriter.object { json in
                json.list("Tags", tags)
                json.member("Number", number)
            }
            let json = try JSONReader(parsing: bytes)
            #expect(try json["Tags"] as [Tag] == tags)
            #expect(try json["Number"] == number)
            #expect(json.unreadNames().isEmpty)
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(bytes)) }
        }
    }
}
