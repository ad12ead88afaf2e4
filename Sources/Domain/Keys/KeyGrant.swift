import Foundation

/// A grant: lets a principal use a key for some operations, beside the key's policy.
package struct KeyGrant: Hashable, Sendable {
    /// 64 hexadecimal digits.
    package let id: String
    package let key: KeyID
    package let name: String?
    package let grantee: String
    package let retiringPrincipal: String?
    package let issuer: AccountID
    package let operations: [GrantOperation]
    package let constraint: GrantConstraint?
    package let createdAt: Date
    /// Whom those names are of; nil where nobody has looked.
    package let principalIDs: PrincipalIDs?

    package init(
        id: String = Self.randomID(),
        key: KeyID,
        name: String?,
        grantee: String,
        retiringPrincipal: String?,
        issuer: AccountID,
        operations: [GrantOperation],
        constraint: GrantConstraint?,
        createdAt: Date,
        principalIDs: PrincipalIDs? = nil
    ) {
        self.id = id
        self.key = key
        self.name = name
        self.grantee = grantee
        self.retiringPrincipal = retiringPrincipal
        self.issuer = issuer
        self.operations = operations
        self.constraint = constraint
        self.createdAt = createdAt
        self.principalIDs = principalIDs
    }

    /// Those that it names.
    package var principals: Set<String> { Set([grantee, retiringPrincipal].compactMap(\.self)) }

    /// The same, with other names for its principals.
    package func renaming(_ names: [String: String]) -> KeyGrant {
        KeyGrant(
            id: id,
            key: key,
            name: name,
            grantee: names[grantee] ?? grantee,
            retiringPrincipal: retiringPrincipal.map { names[$0] ?? $0 },
            issuer: issuer,
            operations: operations,
            constraint: constraint,
            createdAt: createdAt,
            principalIDs: principalIDs
        )
    }

    package static func randomID() -> String {
        (0..<8).map { _ in
            let digits = String(UInt32.random(in: 0...UInt32.max), radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }

    /// Whether a second request for the same grant is to get this one: KMS knows it again by its name.
    package func isSame(as other: KeyGrant) -> Bool {
        name != nil && name == other.name && principalIDs == other.principalIDs
            && grantee == other.grantee && retiringPrincipal == other.retiringPrincipal
            && Set(operations) == Set(other.operations) && constraint == other.constraint
    }

    /// Whether it lets its grantee do something with the key.
    ///
    /// - Parameter context: of the encryption that is asked for; nil where it has no one reading.
    package func allows(_ operation: GrantOperation, context: EncryptionContext?) -> Bool {
        guard operations.contains(operation) else { return false }
        switch operation {
        // These are no encryption, which is what constraints are about.
        case .describeKey, .retireGrant: return true
        default: return constraint.map { constraint in context.map(constraint.allows) ?? false } ?? true
        }
    }

    /// Whether its grantee may give so much of it to others: nothing that it has not itself, and not for more encryption contexts.
    package func allowsGranting(_ operations: Set<GrantOperation>, _ constraint: GrantConstraint?) -> Bool {
        guard self.operations.contains(.createGrant), operations.isSubset(of: self.operations) else { return false }
        guard let own = self.constraint else { return true }
        return constraint?.isWithin(own) ?? false
    }

    /// Throws what KMS throws of a grant that no key of this kind can have.
    package func check(for key: KMSKey) throws {
        guard !operations.isEmpty else { throw Fault(.validationException, "Operations must name at least one operation") }
        for principal in [grantee] + (retiringPrincipal.map { [$0] } ?? []) {
            guard principal.hasPrefix("arn:") || AccountID(rawValue: principal) != nil || principal.hasSuffix(".amazonaws.com") else {
                throw Fault(.invalidArn, "ARN \(principal) is not valid")
            }
        }
        guard operations.allSatisfy({ $0.isPossible(with: key) }) else {
            throw Fault(.validationException, "The operations of a grant must be ones that a key of usage \(key.usage.rawValue) has")
        }
        if constraint != nil, key.spec != .symmetric {
            throw Fault(.validationException, "Constraints on the encryption context need a symmetric encryption key")
        }
    }
}
