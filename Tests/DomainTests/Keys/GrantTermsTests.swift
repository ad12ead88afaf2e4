import Domain
import Foundation
import Testing

/// What the terms of a grant let its grantee do, and give on.
@Suite struct GrantTermsTests {
    private func context(_ pairs: KeyValuePairs<String, String>) throws -> EncryptionContext {
        try EncryptionContext(pairs.map { (key: $0.key, value: $0.value) })
    }

    private func grant(_ operations: [GrantOperation], _ constraint: GrantConstraint? = nil) -> KeyGrant {
        KeyGrant(
            key: .random(),
            name: nil,
            grantee: "arn:aws:iam::111122223333:user/alice",
            retiringPrincipal: nil,
            issuer: PolicySamples.account,
            operations: operations,
            constraint: constraint,
            createdAt: PolicySamples.date
        )
    }

    @Test func aConstraintIsAboutEncryption() throws {
        let (wanted, more) = (try context(["a": "1"]), try context(["a": "1", "b": "2"]))
        let equal = grant([.decrypt, .describeKey, .retireGrant], .contextEquals(wanted))
        let subset = grant([.decrypt], .contextContains(wanted))
        #expect(equal.allows(.decrypt, context: wanted) && subset.allows(.decrypt, context: wanted))
        #expect(!equal.allows(.decrypt, context: more) && subset.allows(.decrypt, context: more))
        for grant in [equal, subset] {
            #expect(!grant.allows(.decrypt, context: .empty) && !grant.allows(.decrypt, context: nil))
            #expect(!grant.allows(.encrypt, context: wanted))
        }
        #expect(equal.allows(.describeKey, context: .empty) && equal.allows(.retireGrant, context: nil))
        #expect(grant([.decrypt]).allows(.decrypt, context: nil))
    }

    @Test func nothingIsGivenOnThatTheGranteeHasNot() throws {
        let (wanted, more) = (try context(["a": "1"]), try context(["a": "1", "b": "2"]))
        #expect(!grant([.decrypt]).allowsGranting([.decrypt], nil))
        let free = grant([.createGrant, .decrypt])
        #expect(free.allowsGranting([.decrypt], nil) && free.allowsGranting([.decrypt, .createGrant], .contextEquals(wanted)))
        #expect(!free.allowsGranting([.decrypt, .encrypt], nil))
        let equal = grant([.createGrant, .decrypt], .contextEquals(wanted))
        #expect(equal.allowsGranting([.decrypt], .contextEquals(wanted)))
        for constraint in [nil, .contextEquals(more), .contextContains(wanted), .contextContains(more)] as [GrantConstraint?] {
            #expect(!equal.allowsGranting([.decrypt], constraint), "\(String(describing: constraint))")
        }
        let subset = grant([.createGrant, .decrypt], .contextContains(wanted))
        let narrower: [GrantConstraint] = [.contextEquals(wanted), .contextEquals(more), .contextContains(wanted), .contextContains(more)]
        for constraint in narrower {
            #expect(subset.allowsGranting([.decrypt], constraint), "\(constraint)")
        }
        for constraint in [nil, .contextEquals(.empty), .contextContains(try context(["b": "2"]))] as [GrantConstraint?] {
            #expect(!subset.allowsGranting([.decrypt], constraint), "\(String(describing: constraint))")
        }
    }
}
