import Domain
import Services
import Wire

/// Shows one attribute of an image. The element asked for is there even when it is empty (docs/behaviour/clients.md,
/// "Lists that must be there").
struct DescribeImageAttribute: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeImageAttribute") { [$1.image($0.imageID)] }]

    fileprivate enum Attribute: String, QueryScalar {
        case description, kernel, ramdisk, launchPermission, productCodes, blockDeviceMapping, sriovNetSupport, bootMode, tpmSupport
        case uefiData, lastLaunchedTime, imdsSupport, deregistrationProtection

        static func refusal(of text: String, name: String) -> RequestError {
            .rejected(code: "InvalidRequest", message: "The request received was invalid")
        }
    }

    private let imageID: String
    private let attribute: Attribute

    init(from query: QueryReader) throws(RequestError) {
        imageID = try query["ImageId"]
        attribute = try query["Attribute"]
    }

    func run(in call: Call) async throws -> Answer {
        let image = try await Images(call).image(imageID)
        guard attribute != .blockDeviceMapping else {
            throw Fault(.authFailure, "Unauthorized attempt to access restricted resource")
        }
        let targets = attribute == .launchPermission ? try await Images(call).launchPermissions(of: imageID) : []
        return Answer(image: image, attribute: attribute, targets: targets)
    }

    struct Answer: XMLEncodable {
        fileprivate let image: Image
        fileprivate let attribute: Attribute
        fileprivate let targets: [ShareTarget]

        func write(to xml: inout XMLWriter) {
            xml.element("imageId", image.id.rawValue)
            switch attribute {
            case .launchPermission: SharingList(name: attribute.rawValue, targets: targets).write(to: &xml)
            case .productCodes, .blockDeviceMapping: xml.list(attribute.rawValue, [String]())
            default: xml.element(attribute.rawValue) { $0.element("value", value) }
            }
        }

        private var value: String? {
            switch attribute {
            case .description: image.description
            case .kernel: image.traits.kernelID
            case .ramdisk: image.traits.ramdiskID
            case .sriovNetSupport: image.traits.sriovNetSupport
            case .bootMode: image.traits.bootMode?.rawValue
            case .tpmSupport: image.traits.tpmSupport
            case .uefiData: image.traits.uefiData
            case .imdsSupport: image.traits.imdsSupport
            case .deregistrationProtection: image.protection.text
            case .lastLaunchedTime: image.lastLaunchedAt.map { ISO8601.text($0) }
            case .launchPermission, .productCodes, .blockDeviceMapping: nil
            }
        }
    }
}
