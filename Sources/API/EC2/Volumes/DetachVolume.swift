import Domain
import Services
import Wire

/// Detaches a volume from an instance.
struct DetachVolume: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:DetachVolume") { action, call in
            [call.volume(action.volumeID)] + (action.instanceID.map { [call.instance($0)] } ?? [])
        }
    ]

    private let volumeID: String
    private let instanceID: String?
    private let device: String?
    private let force: Bool

    init(from query: QueryReader) throws(RequestError) {
        volumeID = try query["VolumeId"]
        instanceID = try query["InstanceId"]
        device = try query["Device"]
        force = try query["Force"] ?? false
    }

    func run(in call: Call) async throws -> AttachmentItem {
        AttachmentItem(attachment: try await Volumes(call).detach(volumeID, from: instanceID, device: device, force: force))
    }
}
