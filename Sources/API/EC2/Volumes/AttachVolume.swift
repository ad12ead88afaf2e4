import Domain
import Services
import Wire

/// Attaches a volume to an instance.
struct AttachVolume: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:AttachVolume") { [$1.volume($0.request.volume), $1.instance($0.request.instance)] }
    ]

    private let request: AttachmentRequest

    init(from query: QueryReader) throws(RequestError) {
        request = AttachmentRequest(volume: try query["VolumeId"], instance: try query["InstanceId"], device: try query["Device"])
        // Machines have one card.
        let card: Int? = try query["EbsCardIndex"]
        guard card ?? 0 == 0 else { throw .invalid("EbsCardIndex", "\(card ?? 0)", "The only card of an instance has the index 0") }
    }

    func run(in call: Call) async throws -> AttachmentItem { AttachmentItem(attachment: try await Volumes(call).attach(request)) }
}
