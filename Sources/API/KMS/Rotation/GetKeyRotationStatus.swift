import Domain
import Services
import Wire

/// Whether and when a key gets new material by itself.
struct GetKeyRotationStatus: KMSAction {
    static let permissions = [Permission<Self>("kms:GetKeyRotationStatus") { [try await $1.key($0.keyID)] }]

    static let members: [JSONMember] = [.required("KeyId", .keyID)]

    private let keyID: String

    init(from json: JSONReader) throws { keyID = try json.keyID() }

    func run(in call: Call) async throws -> Answer { Answer(status: try await Keys(call).rotationStatus(of: keyID)) }

    struct Answer: JSONEncodable {
        let status: RotationStatus

        func write(to json: inout JSONWriter) {
            json.member("KeyRotationEnabled", status.rotation != nil)
            json.member("KeyId", status.key.arn)
            json.member("RotationPeriodInDays", status.rotation?.days)
            json.member("NextRotationDate", status.rotation?.next)
        }
    }
}
