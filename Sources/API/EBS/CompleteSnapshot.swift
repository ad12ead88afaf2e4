import Domain
import HTTPTypes
import Services
import Wire

/// `POST /snapshots/completion/{id}`: seals a snapshot, which becomes `completed` when its block map is built.
struct CompleteSnapshot: RESTAction {
    static let permissions = [Permission<Self>("ebs:CompleteSnapshot") { [$1.snapshot($0.completion.snapshotID)] }]

    private let completion: SnapshotCompletion

    init(from request: RESTRequest) throws {
        if let method = request.text(.checksumAggregationMethod), method != "LINEAR" {
            throw RequestError.invalid(
                HTTPField.Name.checksumAggregationMethod.rawName,
                method,
                "The only possible value is LINEAR"
            )
        }
        completion = SnapshotCompletion(
            snapshotID: request.path[2],
            changedBlocksCount: try request.requiredInteger(.changedBlocksCount),
            checksum: try request.checksum()
        )
    }

    func run(in call: Call) async throws -> Reply {
        let state = try await Uploads(call).complete(completion)
        return .json(JSONWriter.object { $0.member("Status", state.rawValue) }, status: .accepted)
    }
}
