import Foundation

/// The public half of a key with which people log in to machines. The private half is told once, and kept by nobody.
package struct KeyPair: Hashable, Sendable, Identifiable {
    package enum Kind: String, Sendable, CaseIterable { case rsa, ed25519 }

    package static let nameLengthMax = 255

    package let id: KeyPairID
    package let account: AccountID
    package let name: String
    package let kind: Kind
    /// As OpenSSH has it, without a comment: `ssh-ed25519 AAAA…`.
    package let publicKey: String
    /// By EC2's rules, which depend on who made the key (docs/behaviour/network.md, "Fingerprints").
    package let fingerprint: String
    package let createdAt: Date
    package var tags: [Tag]

    package init(
        id: KeyPairID,
        account: AccountID,
        name: String,
        kind: Kind,
        publicKey: String,
        fingerprint: String,
        createdAt: Date,
        tags: [Tag]
    ) {
        self.id = id
        self.account = account
        self.name = name
        self.kind = kind
        self.publicKey = publicKey
        self.fingerprint = fingerprint
        self.createdAt = createdAt
        self.tags = tags
    }

    /// A line for `authorized_keys`.
    package var authorizedKey: String { "\(publicKey) \(name)" }

    /// Up to 255 characters of printable ASCII, without blanks around them: what a line of `authorized_keys` can hold.
    package static func checkName(_ name: String) throws {
        guard (1...nameLengthMax).contains(name.utf8.count), name.utf8.allSatisfy({ (0x20...0x7E).contains($0) }),
            name.first != " ", name.last != " "
        else {
            throw Fault(
                .invalidParameterValue,
                "Invalid key name: it has 1 to \(nameLengthMax) printable ASCII characters, and no blank at either end"
            )
        }
    }
}

/// The id of a key pair, as `key-0123456789abcdef0`.
package struct KeyPairID: ResourceID {
    package static let prefix = "key"
    package let rawValue: String
    package init(wellFormed text: String) { rawValue = text }
}

extension KeyPair: Filterable {
    package static let filterNames: Set<String> = ["fingerprint", "key-name", "key-pair-id", "tag-key"]

    package func texts(forFilter name: String) -> [String]? {
        switch name {
        case "fingerprint": [fingerprint]
        case "key-name": [self.name]
        case "key-pair-id": [id.rawValue]
        default: nil
        }
    }
}
