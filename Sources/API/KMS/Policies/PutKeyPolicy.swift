import Domain
import Services
import Wire

/// Replaces the policy of a key.
struct PutKeyPolicy: KMSAction {
    static let permissions = [Permission<Self>("kms:PutKeyPolicy") { [try await $1.key($0.keyID)] }]

    static let members: [JSONMember] = [
        .required("KeyId", .keyID), .optional("PolicyName", .policyName), .required("Policy", .policy),
        .optional("BypassPolicyLockoutSafetyCheck", .boolean),
    ]

    private let keyID: String
    private let policyName: String?
    private let policy: String
    private let skipsLockoutCheck: Bool

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
        policyName = try json["PolicyName"]
        policy = try json["Policy"]
        skipsLockoutCheck = try json["BypassPolicyLockoutSafetyCheck"] ?? false
    }

    func run(in call: Call) async throws -> EmptyAnswer {
        try await Keys(call).setPolicy(policy, of: keyID, name: policyName, skipsLockoutCheck: skipsLockoutCheck)
        return EmptyAnswer()
    }
}
