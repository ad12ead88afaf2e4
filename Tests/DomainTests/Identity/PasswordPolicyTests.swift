import Domain
import Testing

@Suite struct PasswordPolicyTests {
    private func isAllowed(_ password: String, by policy: PasswordPolicy?, besides names: [String] = ["ann"]) -> Bool {
        do {
            try PasswordPolicy.check(password, against: policy, besides: names)
            return true
        } catch {
            return false
        }
    }

    @Test(arguments: [
        ("Abcdef12", true), ("abcdef1!", true), ("Abcdef1", false), ("abcdefg1", false), ("ABCDEFGH", false), ("Abcdefg!", true),
    ])
    func withoutAPolicyThreeOfFourKindsAndEightCharacters(_ password: String, _ allowed: Bool) {
        #expect(isAllowed(password, by: nil) == allowed, "\(password)")
    }

    @Test func eachSettingIsObeyed() {
        var policy = PasswordPolicy()
        #expect(isAllowed("aaaaaa", by: policy) && !isAllowed("aaaaa", by: policy))
        policy.minimumLength = 10
        #expect(!isAllowed("aaaaaaaaa", by: policy) && isAllowed("aaaaaaaaaa", by: policy))
        let settings: [(WritableKeyPath<PasswordPolicy, Bool>, String)] = [
            (\.requiresSymbols, "!"), (\.requiresNumbers, "7"), (\.requiresUppercase, "Z"),
        ]
        for (setting, character) in settings {
            var policy = policy
            policy[keyPath: setting] = true
            #expect(!isAllowed("aaaaaaaaaa", by: policy) && isAllowed("aaaaaaaaaa\(character)", by: policy), "\(character)")
        }
        policy.requiresLowercase = true
        #expect(!isAllowed("AAAAAAAAAA", by: policy) && isAllowed("AAAAAAAAAAb", by: policy))
    }

    @Test func aNameIsNoPassword() {
        #expect(!isAllowed("Abcdef12", by: nil, besides: ["bob", "ABCDEF12"]))
    }
}
