import Services
import Wire

/// Deletes a volume that no instance has (docs/behaviour/volumes.md, "Deleting").
struct DeleteVolume: EC2Action {
    static let permissions = [Permission<Self>("ec2:DeleteVolume") { [$1.volume($0.volumeID)] }]

    private let volumeID: String

    init(from query: QueryReader) throws(RequestError) { volumeID = try query["VolumeId"] }

    func run(in call: Call) async throws -> XMLReturnTrue {
        try await Volumes(call).delete(volumeID)
        return XMLReturnTrue()
    }
}
