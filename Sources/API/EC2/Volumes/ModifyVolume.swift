import Domain
import Services
import Wire

/// Changes a volume's size, type or performance (docs/behaviour/volumes.md, "Modifying").
struct ModifyVolume: EC2Action {
    static let permissions = [Permission<Self>("ec2:ModifyVolume") { [$1.volume($0.volumeID)] }]

    private let volumeID: String
    private let shape: VolumeShapeRequest

    init(from query: QueryReader) throws(RequestError) {
        volumeID = try query["VolumeId"]
        shape = try query.volumeShape()
    }

    func run(in call: Call) async throws -> Answer {
        let modification = try await Volumes(call).modify(volumeID, shape)
        return Answer(item: ModificationItem(modification: modification, percent: modification.percent(at: call.now)))
    }

    struct Answer: XMLEncodable {
        let item: ModificationItem

        func write(to xml: inout XMLWriter) { xml.element("volumeModification") { item.write(to: &$0) } }
    }
}
