import Domain
import Services
import Wire

/// Tells one attribute of a volume.
struct DescribeVolumeAttribute: EC2Action {
    enum Attribute: String, QueryScalar {
        case autoEnableIO, productCodes
    }

    static let permissions = [Permission<Self>("ec2:DescribeVolumeAttribute") { [$1.volume($0.volumeID)] }]

    private let volumeID: String
    private let attribute: Attribute

    init(from query: QueryReader) throws(RequestError) {
        volumeID = try query["VolumeId"]
        attribute = try query["Attribute"]
    }

    func run(in call: Call) async throws -> Answer {
        Answer(volume: try await Volumes(call).volume(volumeID), attribute: attribute)
    }

    struct Answer: XMLEncodable {
        let volume: Volume
        let attribute: Attribute

        func write(to xml: inout XMLWriter) {
            switch attribute {
            case .autoEnableIO: xml.element("autoEnableIO") { $0.element("value", volume.enablesIOByItself) }
            // There are no product codes.
            case .productCodes: xml.list("productCodes", [String]())
            }
            xml.element("volumeId", volume.id.rawValue)
        }
    }
}
