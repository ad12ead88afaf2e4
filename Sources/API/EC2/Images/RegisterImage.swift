import Domain
import Services
import Wire

/// Makes an image over snapshots (ami-behaviour.md, section 4.1).
struct RegisterImage: EC2Action {
    private let registration: ImageRegistration
    private let tags: [TagSpecification]
    private let imageLocation: String?
    private let billingProducts: [String]

    init(from query: QueryReader) throws(RequestError) {
        tags = try query["TagSpecification"]
        imageLocation = try query["ImageLocation"]
        billingProducts = try query["BillingProduct"]
        let devices: [BlockDeviceParameter] = try query["BlockDeviceMapping"]
        registration = ImageRegistration(
            name: try query["Name"],
            description: try query.text("Description", lengthMax: Images.descriptionLengthMax),
            traits: try MachineTraits(from: query),
            rootDeviceName: try query["RootDeviceName"] ?? "/dev/sda1",
            devices: devices.map(\.device),
            tags: []
        )
    }

    func check(in call: Call) async throws { try ImageName.check(request().name) }

    func run(in call: Call) async throws -> Answer {
        Answer(imageID: try await Images(call).register(request()))
    }

    struct Answer: XMLEncodable {
        let imageID: ImageID

        func write(to xml: inout XMLWriter) { xml.element("imageId", imageID.rawValue) }
    }

    private func request() throws -> ImageRegistration {
        if let imageLocation {
            throw Fault(
                .unsupportedOperation,
                "The bundle '\(imageLocation)' cannot be registered: instance-store images are not supported yet"
            )
        }
        guard billingProducts.isEmpty else {
            throw Fault(.unsupportedOperation, "Billing products are not supported by this version of Ferry")
        }
        if registration.traits.tpmSupport != nil, registration.traits.bootMode != .uefi {
            throw Fault(.invalidParameterCombination, "TpmSupport requires the boot mode uefi")
        }
        guard registration.devices.contains(where: { $0.volume != nil }) else {
            throw Fault(.missingParameter, "The request must contain the parameter BlockDeviceMapping with the root device's snapshot")
        }
        var registration = registration
        registration.tags = try tags.tags(forKinds: ["image"])["image"] ?? []
        return registration
    }
}
