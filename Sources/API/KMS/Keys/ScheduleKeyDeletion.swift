import Domain
import Services
import Wire

/// Stops the use of a key and sets the day of its deletion.
struct ScheduleKeyDeletion: KMSAction {
    static let permissions = [Permission<Self>("kms:ScheduleKeyDeletion") { [try await $1.key($0.keyID)] }]

    static let members: [JSONMember] = [.required("KeyId", .keyID), .optional("PendingWindowInDays", .integer(1...365))]

    private let keyID: String
    private let days: Int?

    init(from json: JSONReader) throws {
        keyID = try json.keyID()
        days = try json["PendingWindowInDays"]
    }

    func run(in call: Call) async throws -> Answer {
        Answer(key: try await Keys(call).scheduleDeletion(keyID, days: days), days: days ?? KMSKey.deletionDaysDefault)
    }

    struct Answer: JSONEncodable {
        let key: KMSKey
        let days: Int

        func write(to json: inout JSONWriter) {
            json.member("KeyId", key.arn)
            json.member("DeletionDate", key.deletionAt)
            json.member("KeyState", key.state.rawValue)
            json.member("PendingWindowInDays", days)
        }
    }
}
