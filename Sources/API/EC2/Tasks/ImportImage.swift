import Domain
import Services
import Wire

/// Makes an image of disks in objects, or of an OVA (docs/behaviour/image-stores-and-import.md, "Imports"). The disks are taken as they
/// are: no driver is put into the guest, and what it is is what the call says.
struct ImportImage: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:ImportImage") { action, call in
            [call.plannedImage(), try await call.plannedSnapshot(action.encryption), call.task("import-image-task", "*")]
        },
        Permission<Self>("s3:GetObject") { action, call in try action.containers.compactMap { try $0.source(in: call).map(call.object) } },
        .tagging(\.task.tags),
    ]

    private let containers: [DiskContainer]
    private let architecture: MachineTraits.Architecture?
    private let bootMode: MachineTraits.BootMode?
    private let platform: String?
    private let licenseType: String?
    private let usageOperation: String?
    private let licenses: [LicenseParameter]
    private let encryption: EncryptionRequest
    private let task: TaskParameters

    init(from query: QueryReader) throws(RequestError) {
        try query.passOverClientData()
        containers = try query["DiskContainer"]
        architecture = try query["Architecture"]
        bootMode = try query["BootMode"]
        platform = try Self.one(of: ["Linux", "Windows"], "Platform", in: query)
        licenseType = try Self.one(of: ["AWS", "BYOL", "Auto"], "LicenseType", in: query)
        usageOperation = try query["UsageOperation"]
        licenses = try query["LicenseSpecifications"]
        _ = try Self.one(of: ["xen"], "Hypervisor", in: query)
        encryption = try EncryptionRequest(from: query)
        task = try TaskParameters(from: query)
    }

    func run(in call: Call) async throws -> Answer {
        let request = try request(in: call)
        let job = try await Imports(call).importImage(request)
        return Answer(item: ImageTaskItem(task: DescribedJob(job: job, tags: request.options.tags)))
    }

    struct Answer: XMLEncodable {
        let item: ImageTaskItem

        func write(to xml: inout XMLWriter) { item.write(to: &xml) }
    }

    private func request(in call: Call) throws -> ImageImportRequest {
        guard architecture ?? .amd64 == .amd64 || architecture == .arm64 || architecture == .i386 else {
            throw Fault(.invalidParameterValue, "Images for Macs are not imported")
        }
        guard licenses.isEmpty else {
            throw Fault(.unsupportedOperation, "LicenseSpecifications is not supported: Ferry has no License Manager")
        }
        // What every image of Ferry says of itself: nothing that runs in it is licensed by the hour.
        guard usageOperation == nil || usageOperation == "RunInstances" else {
            throw Fault(
                .unsupportedOperation,
                "UsageOperation=\(usageOperation?.prefix(64) ?? "") is not supported by this version of Ferry: the only one is RunInstances"
            )
        }
        return ImageImportRequest(
            disks: try containers.map {
                ImageImport.Disk(
                    source: try $0.source(in: call),
                    snapshot: $0.snapshotID,
                    deviceName: $0.deviceName,
                    description: $0.description
                )
            },
            traits: MachineTraits(architecture: architecture ?? .amd64, virtualization: .hvm, enaSupport: true, bootMode: bootMode),
            platform: platform,
            licenseType: licenseType,
            encryption: encryption,
            options: try task.options(of: "import-image-task")
        )
    }

    private static func one(of known: [String], _ name: String, in query: QueryReader) throws(RequestError) -> String? {
        guard let value: String = try query[name] else { return nil }
        guard let found = known.first(where: { $0.lowercased() == value.lowercased() }) else {
            throw .invalid(name, value, "Expected \(known.joined(separator: " or "))")
        }
        return found
    }
}

/// `LicenseSpecifications.N`.
private struct LicenseParameter: QueryStructure {
    init(from query: QueryReader) throws(RequestError) { let _: String = try query["LicenseConfigurationArn"] }
}

/// An import task of an image, as the answers show it.
struct ImageTaskItem: XMLEncodable {
    let task: DescribedJob

    func write(to xml: inout XMLWriter) {
        guard case .imageImport(let work) = task.job.work else { return }
        let job = task.job
        xml.element("architecture", work.traits.architecture.rawValue)
        xml.element("description", work.description)
        xml.element("encrypted", work.encryption != nil)
        if job.state == .completed { xml.element("imageId", work.image.rawValue) }
        xml.element("importTaskId", job.id)
        xml.element("kmsKeyId", work.encryption?.keyARN)
        xml.element("licenseType", work.licenseType)
        xml.element("platform", work.platform)
        if job.state == .active { xml.element("progress", String(job.progress.percent)) }
        let made = task.image?.devices.filter { $0.volume != nil } ?? []
        // An OVA has more disks than containers: what has come of it is told disk by disk.
        let isOne = made.isEmpty || made.count == work.disks.count
        xml.list("snapshotDetailSet", 0..<(isOne ? work.disks.count : made.count)) { xml, number in
            let disk = isOne ? work.disks[number] : work.disks.first
            let volume = made.isEmpty ? nil : made[number]
            xml.element("description", disk?.description)
            xml.element("deviceName", volume?.name ?? disk?.deviceName)
            xml.element("diskImageSize", disk?.source?.bytes.map { "\($0).0" })
            xml.element("format", disk?.source?.format?.uppercased())
            xml.element("snapshotId", (volume?.volume?.snapshotID ?? disk?.snapshot)?.rawValue)
            xml.element("status", job.taskStatus)
            disk?.source?.write(to: &xml)
        }
        xml.element("status", job.taskStatus)
        xml.element("statusMessage", job.taskMessage)
        TagSet(tags: task.tags).write(to: &xml)
    }
}
