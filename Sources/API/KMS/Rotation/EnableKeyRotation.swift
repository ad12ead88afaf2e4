import Domain
import Services
import Wire

/// Gives a key new material every so many days.
struct EnableKeyRotation: KMSAction {
    static let permissions = [Permission<Self>("kms:EnableKeyRotation") { [try await $1.key($0.keyID)] }]

    static let members: [JSONMember] = [.required("KeyId", .keyID), .optional("RotationPeriodInDays", .integer(90...2560))]

    private let keyID: String
    private let days: Int?

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
        days = try json["RotationPeriodInDays"]
    }

    func run(in call: Call) async throws -> EmptyAnswer {
        try await Keys(call).enableRotation(of: keyID, days: days)
        return EmptyAnswer()
    }
}
