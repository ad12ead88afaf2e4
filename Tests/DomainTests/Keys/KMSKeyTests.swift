import Domain
import Foundation
import Testing

@Suite struct KMSKeyTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)

    private func key() throws -> KMSKey {
        let account = try #require(AccountID(rawValue: "123456789012"))
        let region = try #require(Region(rawValue: "eu-west-1"))
        return KMSKey(account: account, region: region, createdAt: now, policy: "")
    }

    /// Every move from every state: those that are allowed end where KMS says, the others change nothing.
    @Test func theMovesBetweenStates() throws {
        for start in [KeyState.enabled, .disabled, .pendingDeletion] {
            let moves: [(KeyState?, (inout KMSKey) throws -> Void)] = [
                (start == .pendingDeletion ? nil : .enabled, { try $0.enable() }),
                (start == .pendingDeletion ? nil : .disabled, { try $0.disable() }),
                (start == .pendingDeletion ? nil : .pendingDeletion, { try $0.scheduleDeletion(days: 7, from: now) }),
                (start == .pendingDeletion ? .disabled : nil, { try $0.cancelDeletion() }),
            ]
            for (end, move) in moves {
                var key = try key()
                key.state = start
                if start == .pendingDeletion { key.deletionAt = now }
                let before = key
                if let end {
                    try move(&key)
                    #expect(key.state == end)
                    #expect((key.deletionAt != nil) == (end == .pendingDeletion))
                } else {
                    let refusal = #expect(throws: KeyUnusable.self) { try move(&key) }
                    #expect(refusal?.fault.code == .kmsInvalidState)
                    #expect(key == before)
                }
            }
        }
    }

    @Test func onlyAnEnabledKeyIsUsed() throws {
        var key = try key()
        try key.requireUsable()
        try key.disable()
        #expect(throws: KeyUnusable(key.arn, .disabled)) { try key.requireUsable() }
        try key.scheduleDeletion(days: 30, from: now)
        #expect(key.deletionAt == now.addingTimeInterval(30 * 86_400))
        #expect(throws: KeyUnusable(key.arn, .pendingDeletion)) { try key.requireUsable() }
    }

    @Test(arguments: [6, 31, 0, -1, Int.max]) func deletionsTakeAWeekToAMonth(days: Int) throws {
        var key = try key()
        #expect(throws: Fault.self) { try key.scheduleDeletion(days: days, from: now) }
        #expect(key.state == .enabled)
    }

    @Test func whatSpecsCanDo() {
        for spec in KeySpec.allCases {
            #expect(!spec.usages.isEmpty)
            for usage in KeyUsage.allCases {
                let algorithms =
                    spec.encryptionAlgorithms(for: usage).count + spec.signingAlgorithms(for: usage).count
                    + spec.agreementAlgorithms(for: usage).count
                    + (usage == .generateVerifyMAC ? spec.macAlgorithms.count : 0)
                #expect((algorithms > 0) == spec.usages.contains(usage), "\(spec) \(usage)")
            }
        }
    }

    @Test func policiesThatLeaveAKeyManageable() throws {
        let (account, region) = (try key().account, try key().region)
        let root = "arn:aws:iam::123456789012:root"
        func isManageable(_ statement: String) throws -> Bool {
            do {
                let policy = try KeyPolicy("{\"Statement\": [\(statement)]}")
                try policy.requireManageable(by: root, of: account, in: region)
                return true
            } catch let fault as Fault {
                #expect(fault.code == .malformedPolicyDocument)
                return false
            }
        }
        func statement(_ action: String, principal: String = "{\"AWS\": \"arn:aws:iam::123456789012:root\"}", effect: String = "Allow")
            -> String
        {
            "{\"Effect\": \"\(effect)\", \"Principal\": \(principal), \"Action\": \(action), \"Resource\": \"*\"}"
        }
        for action in ["\"*\"", "\"kms:*\"", "\"kms:Put*\"", "\"KMS:putkeypolicy\"", "[\"kms:Decrypt\", \"kms:P?tKeyPolicy\"]", "\"k*y\""] {
            #expect(try isManageable(statement(action)), "\(action)")
        }
        for action in ["\"kms:Decrypt\"", "\"kms:Put\"", "\"*x\"", "\"ec2:*\"", "[]", "\"kms:PutKeyPolicy?\""] {
            #expect(try !isManageable(statement(action)), "\(action)")
        }
        #expect(try isManageable(statement("\"kms:*\"", principal: "\"*\"")))
        #expect(try isManageable(statement("\"kms:*\"", principal: "{\"AWS\": [\"123456789012\", \"x\"]}")))
        #expect(try !isManageable(statement("\"kms:*\"", principal: "{\"Service\": \"ec2.amazonaws.com\"}")))
        #expect(try !isManageable(statement("\"kms:*\"", effect: "Deny")))
        #expect(try isManageable(String(KeyPolicy.standard(for: account, in: region).drop { $0 != "[" }.dropFirst().prefix { $0 != "]" })))
        for key in ManagedKey.allCases { _ = try KeyPolicy(KeyPolicy.managed(key, for: account, in: region)) }
    }
}
