import Domain
import HTTPTypes
import Services
import Wire

extension EBSService {
    /// `POST /snapshots/completion/{id}`: seals a snapshot, which becomes `completed` when its block map is built.
    static func completeSnapshot(_ request: EBSRequest, _ call: Call) async throws -> Reply {
        try request.requireAllRead()
        if let method = request.text(.checksumAggregationMethod), method != "LINEAR" {
            throw RequestError.invalid(
                HTTPField.Name.checksumAggregationMethod.rawName,
                method,
                "The only possible value is LINEAR"
            )
        }
        let state = try await Uploads(call).complete(
            SnapshotCompletion(
                snapshotID: request.path[2],
                changedBlocksCount: request.requiredInteger(.changedBlocksCount),
                checksum: request.checksum()
            )
        )
        return .json(JSONWriter.object { $0.member("Status", state.rawValue) }, status: .accepted)
    }
}
