import Domain
import Foundation
import Testing

@Suite struct KeyPairTests {
    private let pair = KeyPair(
        id: known("key-0123456789abcdef0"),
        account: known("123456789012"),
        name: "my key",
        kind: .ed25519,
        publicKey: "ssh-ed25519 AAAA",
        fingerprint: "abc=",
        createdAt: Date(timeIntervalSince1970: 1_795_376_072),
        tags: [Tag(key: "team", value: "a")]
    )

    @Test func aLineForAuthorizedKeysEndsInTheName() { #expect(pair.authorizedKey == "ssh-ed25519 AAAA my key") }

    @Test func filters() throws {
        for (name, value) in [
            ("key-name", "my *"), ("key-pair-id", pair.id.rawValue), ("fingerprint", "abc="), ("tag:team", "a"), ("tag-key", "team"),
        ] {
            #expect(try pair.matches([Filter(name: name, values: [value])]), "\(name)")
            #expect(try !pair.matches([Filter(name: name, values: ["x"])]), "\(name)")
        }
    }

    /// A line feed in a name would begin another line of `authorized_keys`.
    @Test(arguments: ["", " a", "a ", "a\nssh-rsa AAAA", "a\u{0}", "é", String(repeating: "a", count: 256)])
    func namesThatNoLineHoldsAreRefused(_ name: String) { #expect(throws: Fault.self) { try KeyPair.checkName(name) } }

    @Test(arguments: ["a", "my key", "a/b:c'\"<>&", String(repeating: "a", count: 255)])
    func otherNamesAreTaken(_ name: String) throws { try KeyPair.checkName(name) }
}
