import Domain
import Services
import Wire

/// Makes an image over snapshots, or of a bundle in S3 (docs/behaviour/images.md, "Registering").
struct RegisterImage: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:RegisterImage") { action, call in
            [call.plannedImage(isBundle: action.imageLocation != nil)]
                + action.registration.devices.compactMap(\.volume?.snapshotID).map { call.snapshot($0) }
        },
        .tagging(\.tags),
        // Each object of a bundle is asked for where it is read: what S3 refuses is told as such.
        Permission<Self>("s3:GetObject") { _, _ in [] },
    ]

    private let registration: ImageRegistration
    private let tags: [TagSpecification]
    private let imageLocation: String?
    private let architecture: MachineTraits.Architecture?
    private let rootDeviceName: String?
    private let billingProducts: [String]
    private let refusal: Fault?

    init(from query: QueryReader) throws(RequestError) {
        tags = try query["TagSpecification"]
        imageLocation = try query["ImageLocation"]
        architecture = try query["Architecture"]
        rootDeviceName = try query["RootDeviceName"]
        billingProducts = try query["BillingProduct"]
        let devices: [BlockDeviceParameter] = try query["BlockDeviceMapping"]
        refusal = devices.compactMap(\.refusal).first
        registration = ImageRegistration(
            name: try query["Name"],
            description: try query.text("Description", lengthMax: Images.descriptionLengthMax),
            traits: try MachineTraits(from: query),
            rootDeviceName: rootDeviceName ?? "/dev/sda1",
            devices: devices.map(\.device),
            tags: []
        )
    }

    func run(in call: Call) async throws -> Answer {
        let request = try request()
        guard let imageLocation else { return Answer(imageID: try await Images(call).register(request)) }
        return Answer(imageID: try await Images(call).register(bundle(at: imageLocation, request)))
    }

    struct Answer: XMLEncodable {
        let imageID: ImageID

        func write(to xml: inout XMLWriter) { xml.element("imageId", imageID.rawValue) }
    }

    private func request() throws -> ImageRegistration {
        if let refusal { throw refusal }
        guard billingProducts.isEmpty else {
            throw Fault(.unsupportedOperation, "Billing products are not supported by this version of Ferry")
        }
        // An image has no place for it.
        guard registration.devices.allSatisfy({ $0.volume?.initializationRate == nil }) else {
            throw Fault(
                .unsupportedOperation,
                "Ebs.VolumeInitializationRate is not supported for images: RunInstances and CreateVolume take it"
            )
        }
        if registration.traits.tpmSupport != nil, registration.traits.bootMode != .uefi {
            throw Fault(.invalidParameterCombination, "TpmSupport requires the boot mode uefi")
        }
        guard imageLocation != nil || registration.devices.contains(where: { $0.volume != nil }) else {
            throw Fault(.missingParameter, "The request must contain the parameter BlockDeviceMapping with the root device's snapshot")
        }
        var registration = registration
        registration.tags = try tags.tags(forKinds: ["image"])["image"] ?? []
        return registration
    }

    private func bundle(at location: String, _ request: ImageRegistration) -> BundleRegistration {
        BundleRegistration(
            name: request.name,
            description: request.description,
            location: location,
            traits: request.traits,
            architecture: architecture,
            rootDeviceName: rootDeviceName,
            devices: request.devices,
            tags: request.tags
        )
    }
}
