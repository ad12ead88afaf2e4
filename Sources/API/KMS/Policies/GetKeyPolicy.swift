import Domain
import Services
import Wire

/// The policy of a key, as it was given.
struct GetKeyPolicy: KMSAction {
    static let permissions = [Permission<Self>("kms:GetKeyPolicy") { [try await $1.key($0.keyID)] }]

    static let members: [JSONMember] = [.required("KeyId", .keyID), .optional("PolicyName", .policyName)]

    private let keyID: String
    private let policyName: String?

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
        policyName = try json["PolicyName"]
    }

    func run(in call: Call) async throws -> Answer {
        Answer(policy: try await Keys(call).policy(of: keyID, name: policyName))
    }

    struct Answer: JSONEncodable {
        let policy: String

        func write(to json: inout JSONWriter) {
            json.member("Policy", policy)
            json.member("PolicyName", KeyPolicy.name)
        }
    }
}
