import TestSupport
import Testing
import Wire

@Suite struct FormTests {
    @Test func decodesBothSpellingsOfASpace() throws {
        let parameters = try FormEncoding.decode(Array("a+b=c%20d+e&x=%C3%A9%F0%9F%98%80&&flag&e=1=2".utf8))
        #expect(parameters.map(\.name) == ["a b", "x", "flag", "e"])
        #expect(parameters.map(\.value) == ["c d e", "é😀", "", "1=2"])
    }

    @Test(arguments: [
        "a=%", "a=%2", "a=%2g", "a=%zz", "%=1", "a=%ff", "a=%C3", "a=%C0%80", "a=%ED%A0%80", "a=%F4%90%80%80", "%E9=1",
    ])
    func refusesBrokenEscapesAndBrokenUTF8(_ form: String) {
        #expect { try QueryReader(form: form) } throws: { error in
            if case .malformed? = (error as? RequestError)?.kind { true } else { false }
        }
    }

    @Test func refusesRawBytesThatAreNotUTF8() {
        #expect(throws: RequestError.self) { try QueryReader(form: [UInt8(ascii: "a"), UInt8(ascii: "="), 0xFF]) }
    }

    @Test(arguments: ["=x", "a..b=1", ".a=1", "a.=1", ".=1", "a=1&a=2", "a=1&a=1", "a=&a=", "F.1=a&F.1=b", "a=1&%61=2"])
    func refusesNamesThatAreEmptyOrTwice(_ form: String) {
        #expect { try QueryReader(form: form) } throws: { error in
            if case .malformed? = (error as? RequestError)?.kind { true } else { false }
        }
    }

    @Test func limitsHoldAtTheirEdge() throws {
        let limits = QueryLimits(bytes: 40, parameters: 3, nameBytes: 6, depth: 3)
        for form in ["a=1&b=2&c=3", "abcdef=1", "a.b.c=1", "a=" + String(repeating: "x", count: 38)] {
            #expect(throws: Never.self) { try QueryReader(form: form, limits: limits) }
        }
        for form in ["a=1&b=2&c=3&d=4", "abcdefg=1", "a.b.c.d=1", "a=" + String(repeating: "x", count: 39)] {
            #expect { try QueryReader(form: form, limits: limits) } throws: { error in
                if case .tooLarge? = (error as? RequestError)?.kind { true } else { false }
            }
        }
    }

    @Test func theStandardLimitsAreThoseDocumented() {
        let many = (1...20_001).map { "a.\($0)=" }.joined(separator: "&")
        #expect(throws: RequestError.self) { try QueryReader(form: many) }
        #expect(throws: RequestError.self) { try QueryReader(form: "a=" + String(repeating: "x", count: 1 << 20)) }
        #expect(throws: RequestError.self) { try QueryReader(form: String(repeating: "n", count: 513) + "=1") }
        #expect(throws: RequestError.self) { try QueryReader(form: Array(repeating: "n", count: 13).joined(separator: ".") + "=1") }
        #expect(throws: Never.self) { try QueryReader(form: Array(repeating: "n", count: 12).joined(separator: ".") + "=1") }
    }

    @Test func encodesEveryReservedByte() {
        #expect(FormEncoding.percentEncode("aZ09-._~ /+=&%é") == "aZ09-._~%20%2F%2B%3D%26%25%C3%A9")
        #expect(FormEncoding.encode([("a b", "c&d"), ("e", "")]) == "a%20b=c%26d&e=")
        #expect(FormEncoding.encode([]) == "")
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func whatIsEncodedIsDecoded(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            var parameters: [(String, String)] = []
            for index in 0..<Int.random(in: 0...8, using: &random) {
                parameters.append(("\(random.text(upTo: 10))\(index)", random.text(upTo: 30)))
            }
            let decoded = try FormEncoding.decode(Array(FormEncoding.encode(parameters).utf8))
            #expect(decoded.map(\.name).map(\.unicodeScalars).elementsEqual(parameters.map(\.0.unicodeScalars)) { $0.elementsEqual($1) })
            #expect(decoded.map(\.value) == parameters.map(\.1))
        }
    }

    @Test(arguments: [4, 5] as [UInt64])
    func everythingSentIsUnreadUntilItIsRead(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            var sent: [String: String] = [:]
            for index in 0..<Int.random(in: 1...20, using: &random) {
                let depth = Int.random(in: 0...4, using: &random)
                let name = ["P\(index)"] + (0..<depth).map { _ in "\(Int.random(in: 1...5, using: &random))" }
                sent[name.joined(separator: ".")] = random.text(upTo: 5)
            }
            let query = try QueryReader(form: FormEncoding.encode(sent.map { ($0.key, $0.value) }))
            #expect(query.unreadNames() == sent.keys.sorted())
            for (name, value) in sent {
                #expect(query.rawText(name) == value)
            }
            #expect(query.unreadNames().isEmpty)
        }
    }
}
