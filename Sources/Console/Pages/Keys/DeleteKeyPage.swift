import API
import Domain
import HTTPTypes

/// Asks before a key is scheduled to be deleted, by its id.
struct DeleteKeyPage: Page {
    static let path = "{region}/keys/{id}/delete"

    private let visit: Visit
    private let region: Region
    private let id: String

    init(_ visit: Visit) throws {
        self.visit = visit
        region = try visit.region()
        id = visit.parameter("id")
    }

    private func confirmation() async throws -> Confirmation {
        let key = try await visit.key(id, in: region)
        let days = Field(
            name: "days",
            label: "Waiting period in days, 7 to 30",
            value: visit.request.method == .post ? visit.field("days") : "30",
            max: 3,
            isRequired: true
        )
        return Confirmation(
            question: "Schedule the deletion of \(key.keyId)?",
            about:
                "What is encrypted under the key cannot be read from now on. Until the waiting period is over you can cancel; then it is "
                + "gone for good, and so are images and snapshots that are encrypted under it.",
            word: key.keyId,
            title: "Schedule deletion",
            act: "delete",
            fields: [days],
            back: KMSKey.place(region, id),
            section: "keys"
        )
    }

    func show() async throws -> View { try await confirmation().view(for: visit) }

    private struct Deletion: Encodable {
        let keyId: String
        let pendingWindowInDays: Int
    }

    func submit() async throws -> Reply {
        if let reply = try await confirmation().reply(for: visit) { return reply }
        guard let days = Int(visit.field("days").trimmed) else {
            throw visit.refusal("ValidationException", "The waiting period is a whole number of days, 7 to 30.")
        }
        try await visit.kms("ScheduleKeyDeletion", in: region, with: Deletion(keyId: id, pendingWindowInDays: days))
        return visit.done("deletion-scheduled", at: KMSKey.place(region, id))
    }
}
