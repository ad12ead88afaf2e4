import Testing
import Wire

@Suite struct JSONConstraintsTests {
    private static let members: [JSONMember] = [
        .required("KeyId", .string(length: 1...4)),
        .optional("Name", .string(pattern: JSONPattern("[a-z]*", allowsEmpty: true) { ("a"..."z").contains($0) })),
        .optional("Limit", .integer(1...10)),
        .optional("Kind", .choice(["ONE", "TWO"])),
        .optional("Data", .blob(1...3)),
        .optional("Names", .list(.string(length: 1...2), count: 0...2)),
        .optional("Tags", .list(.structure([.required("Key", .string(length: 1...2))]))),
        .optional("Context", .map),
        .optional("DryRun", .boolean),
    ]

    private func check(_ text: String) throws { try JSONConstraints.check(try JSONReader(parsing: Array(text.utf8)), Self.members) }

    @Test(arguments: [
        #"{"KeyId":"k"}"#, #"{"KeyId":"k","Name":"","Limit":10,"Kind":"TWO","Data":"AQID","Names":["a","bb"],"DryRun":false}"#,
        #"{"KeyId":"é☃👍🏽","Tags":[{"Key":"k","More":1}],"Context":{"a":"b"},"Limit":1e1,"Unknown":[1]}"#,
        #"{"KeyId":"k","Limit":null,"Names":[]}"#,
    ]) func whatIsAllowed(_ text: String) throws {
        try check(text)
    }

    @Test(arguments: [
        (#"{}"#, ["Value null at 'keyId' failed to satisfy constraint: Member must not be null"]),
        (#"{"KeyId":null}"#, ["Value null at 'keyId' failed to satisfy constraint: Member must not be null"]),
        (
            #"{"KeyId":"","Limit":11}"#,
            [
                "Value '' at 'keyId' failed to satisfy constraint: Member must have length greater than or equal to 1",
                "Value '11' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10",
            ]
        ),
        (
            #"{"KeyId":"k","Kind":"one","Data":"AQIDBA==","Name":"A"}"#,
            [
                "Value 'A' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z]*",
                "Value 'one' at 'kind' failed to satisfy constraint: Member must satisfy enum value set: [ONE, TWO]",
                "Value at 'data' failed to satisfy constraint: Member must have length less than or equal to 3",
            ]
        ),
        (
            #"{"KeyId":"k","Names":["a","","c"],"Tags":[{"Key":"k"},{"Key":"long"},{}]}"#,
            [
                "Value '[a, , c]' at 'names' failed to satisfy constraint: Member must have length less than or equal to 2",
                "Value '[a, , c]' at 'names' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or "
                    + "equal to 2, Member must have length greater than or equal to 1, Member must not be null]",
                "Value 'long' at 'tags.2.member.key' failed to satisfy constraint: Member must have length less than or equal to 2",
                "Value null at 'tags.3.member.key' failed to satisfy constraint: Member must not be null",
            ]
        ),
    ]) func allViolationsAreTold(_ text: String, _ violations: [String]) {
        let error = #expect(throws: RequestError.constraints(violations)) { try check(text) }
        let count = violations.count == 1 ? "1 validation error" : "\(violations.count) validation errors"
        #expect(error?.message == "\(count) detected: \(violations.joined(separator: "; "))")
    }

    /// A value of another kind is a broken request, and a secret with a typing error is not shown.
    @Test(arguments: [
        #"{"KeyId":7}"#, #"{"KeyId":["k"]}"#, #"{"KeyId":"k","Limit":"1"}"#, #"{"KeyId":"k","Limit":1.5}"#,
        #"{"KeyId":"k","Data":"secret!"}"#,
        #"{"KeyId":"k","Data":"A==="}"#, #"{"KeyId":"k","Data":"AQ=A"}"#, #"{"KeyId":"k","Names":"a"}"#, #"{"KeyId":"k","Tags":["a"]}"#,
        #"{"KeyId":"k","Context":{"a":1}}"#, #"{"KeyId":"k","DryRun":"true"}"#,
    ]) func whatIsNoValueAtAll(_ text: String) {
        let error = #expect(throws: RequestError.self) { try check(text) }
        guard case .malformed(let message)? = error?.kind else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(!message.contains("secret"))
    }

    /// An answer does not grow with the request that it complains about.
    @Test func theAnswerIsBounded() {
        let tags = Array(repeating: #"{"Key":"\#(String(repeating: "k", count: 500))"}"#, count: 5000).joined(separator: ",")
        let error = #expect(throws: RequestError.self) { try check(#"{"KeyId":"k","Tags":[\#(tags)]}"#) }
        #expect((error?.message.utf8.count ?? .max) < 100_000)
    }
}
