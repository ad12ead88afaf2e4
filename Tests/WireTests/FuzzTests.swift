import Foundation
import TestSupport
import Testing
import Wire

/// Random input into every reader: each may refuse it, none may trap, hang, or accept what it cannot hand out again.
@Suite struct FuzzTests {
    @Test(arguments: [101, 102] as [UInt64])
    func queryReader(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var accepted = 0
        for _ in 0..<4000 {
            let form = random.bytes(upTo: 40, alphabet: "aB1.=&&%2E+")
            guard let query = try? QueryReader(form: form) else { continue }
            accepted += 1
            let names = query.unreadNames()
            #expect(Set(names).count == names.count)
            _ = try? query["a"] as [String]
            _ = try? query["a.1"] as Int?
            _ = try? query["B"] as [PossiblyEmpty]?
            for name in names { #expect(query.rawText(name) != nil, "\(name)") }
            #expect(query.unreadNames().isEmpty)
            let again = try QueryReader(form: FormEncoding.encode(query.canonicalParameters()))
            #expect(again.unreadNames() == names)
        }
        #expect(accepted > 100)
    }

    @Test(arguments: [201, 202] as [UInt64])
    func xmlNode(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var accepted = 0
        for round in 0..<6000 {
            // Every second document is a good one with a few bytes changed.
            var document = round.isMultiple(of: 2) ? random.bytes(upTo: 30, alphabet: "<a></a>/&;#x1' \"=!-") : Self.document
            if !round.isMultiple(of: 2) { Self.mutate(&document, using: &random) }
            if let node = try? XMLNode(parsing: document) {
                accepted += 1
                #expect(!node.name.isEmpty)
            }
        }
        #expect(accepted > 100)
    }

    @Test(arguments: [301, 302] as [UInt64])
    func jsonReader(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var accepted = 0
        for round in 0..<6000 {
            var document = round.isMultiple(of: 2) ? random.bytes(upTo: 30, alphabet: "{\"a\":1,[]}\\u e-.tn") : Self.json
            if !round.isMultiple(of: 2) { Self.mutate(&document, using: &random) }
            if let json = try? JSONReader(parsing: document) {
                accepted += 1
                for name in json.memberNames { json.markRead(name) }
                #expect(json.unreadNames().isEmpty)
                let foundation = try? JSONSerialization.jsonObject(with: Data(document))
                #expect(document.isEmpty || foundation != nil, "\(String(decoding: document, as: UTF8.self))")
            }
        }
        #expect(accepted > 100)
    }

    @Test(arguments: [401, 402] as [UInt64])
    func signatureClaim(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let vectors = SignatureVector.all
        let now = Date(timeIntervalSince1970: 1_795_376_072)
        for _ in 0..<1500 {
            let vector = vectors[Int.random(in: 0..<vectors.count, using: &random)]
            var request = vector.request
            if vector.isPresigned {
                var query = Array(request.query.utf8)
                Self.mutate(&query, using: &random)
                request.query = String(decoding: query, as: UTF8.self)
            } else {
                var header = Array(request.headers[request.headers.count - 1].value.utf8)
                Self.mutate(&header, using: &random)
                request.headers[request.headers.count - 1].value = String(decoding: header, as: UTF8.self)
            }
            guard let claim = try? SignatureClaim(request: request) else { continue }
            let verified: Void? = try? claim.verify(
                request: request,
                secretAccessKey: SignatureVector.secretAccessKey,
                payload: vector.payload,
                now: now
            )
            // What still verifies must be the same request, whatever its spelling.
            if verified != nil {
                #expect(claim.signature == vector.signature)
                let (read, original) = (try request.read().target.query, try vector.request.read().target.query)
                #expect(CanonicalRequest.query(read) == CanonicalRequest.query(original), "\(request.query)")
            }
        }
        for _ in 0..<2000 {
            let bytes = random.bytes(upTo: 60, alphabet: "AWS4-HMAC-SHA256 Credential=/,;%")
            let text = String(decoding: bytes, as: UTF8.self)
            let request = SentRequest(method: "GET", path: text, query: text, headers: [("authorization", text), ("host", text)])
            #expect(throws: (any Error).self) { try SignatureClaim(request: request) }
        }
    }

    private static let document = Array(
        "<?xml version=\"1.0\"?><R a='1'><requestId>x&amp;&#65;</requestId><s><item><b/></item><item>t</item></s><![CDATA[z]]></R>".utf8
    )
    private static let json = Array(#"{"A":"x\u00e9\n","B":[1,-2.5e3,{"C":null}],"D":{"E":true,"F":false}}"#.utf8)

    /// Changes, drops or doubles up to three bytes.
    private static func mutate(_ bytes: inout [UInt8], using random: inout SeededGenerator) {
        for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: bytes[index] = UInt8.random(in: 0x20...0x7E, using: &random)
            case 1: bytes.remove(at: index)
            default: bytes.insert(bytes[index], at: index)
            }
        }
    }
}
