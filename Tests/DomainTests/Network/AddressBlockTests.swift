import Domain
import Testing

@Suite struct AddressBlockTests {
    @Test(arguments: [
        ("0.0.0.0/0", "0.0.0.0/0"), ("100.68.0.18/18", "100.68.0.0/18"), ("10.1.2.3/32", "10.1.2.3/32"),
        ("255.255.255.255/1", "128.0.0.0/1"),
        ("::/0", "::/0"), ("2001:DB8::1/32", "2001:db8::/32"), ("fe80::1/128", "fe80::1/128"),
        ("2001:db8:0:ffff::/49", "2001:db8:0:8000::/49"),
    ])
    func bitsBehindTheLengthAreZeros(_ text: String, _ canonical: String) throws {
        let block = try #require(AddressBlock(rawValue: text))
        #expect(block.rawValue == canonical)
        #expect(AddressBlock(rawValue: canonical) == block)
        #expect(block.isIPv6 == text.contains(":"))
    }

    @Test(arguments: [
        "", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/08", "10.0.0/8", "10.0.0.0.0/8", "256.0.0.0/8",
        "10.0.0.0/8/8", " 10.0.0.0/8", "::/129", ":::/1", "2001:db8::g/32", "localhost/8", "/8",
    ])
    func whatIsNoBlockIsNone(_ text: String) { #expect(AddressBlock(rawValue: text) == nil) }

    @Test func blocksOverlapThatShareAnAddress() throws {
        let host = try #require(AddressBlock(rawValue: "127.9.9.9/32"))
        let half = try #require(AddressBlock(rawValue: "0.0.0.0/1"))
        let other = try #require(AddressBlock(rawValue: "128.0.0.0/1"))
        for block in [host, half, .everything, .loopback] {
            #expect(block.overlaps(.loopback) && AddressBlock.loopback.overlaps(block))
        }
        #expect(!other.overlaps(.loopback) && !AddressBlock.loopback.overlaps(other))
        #expect(try !#require(AddressBlock(rawValue: "::/0")).overlaps(.everything))
    }
}
