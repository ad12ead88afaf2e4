import Domain
import Testing

@Suite struct ImageNameTests {
    @Test(arguments: [
        "abc", "web server", "a/b/c", "(x)[y]", "v1.2.3-rc_4", "it's@home", "000", "---", "   ", String(repeating: "n", count: 128),
        "packer 1784000000", "ABCxyz0189()[] ./-'@_",
    ])
    func takes(_ name: String) throws {
        try ImageName.check(name)
    }

    @Test(arguments: [
        "", "a", "ab", String(repeating: "n", count: 129), "web:server", "web*", "web?", "wéb", "web\tserver", "web\n", "web\0",
        "web,server",
        "web+server", "{{timestamp}}", "web#1", "web\"", "web\\1", "web=1", "web&1", "<web>", "名前です", "👍👍👍", "web;1", "web!", "~web",
    ])
    func refuses(_ name: String) {
        let fault = #expect(throws: Fault.self) { try ImageName.check(name) }
        #expect(fault?.code.rawValue == "InvalidAMIName.Malformed")
        #expect(
            fault?.message
                == "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '.', '-', '/' and '_'"
        )
    }

    @Test func saysWhoHoldsTheName() {
        let fault = ImageName.duplicate("web", of: known("ami-0123456789abcdef0"))
        #expect(fault.description == "InvalidAMIName.Duplicate: AMI name web is already in use by AMI ami-0123456789abcdef0")
    }
}
