import Wire

/// What an EBS-backed image is registered with.
package struct ImageRegistration: Sendable {
    package var name: String
    package var details: String?
    /// `x86_64` or `arm64`.
    package var architecture: String
    package var rootDeviceName: String
    /// `legacy-bios`, `uefi` or `uefi-preferred`; absent, the server decides.
    package var bootMode: String?
    package var snapshotID: String
    package var sizeGiB: Int64
    package var tags: [ResourceTag]

    package init(
        name: String,
        details: String?,
        architecture: String,
        rootDeviceName: String,
        bootMode: String?,
        snapshotID: String,
        sizeGiB: Int64,
        tags: [ResourceTag]
    ) {
        self.name = name
        self.details = details
        self.architecture = architecture
        self.rootDeviceName = rootDeviceName
        self.bootMode = bootMode
        self.snapshotID = snapshotID
        self.sizeGiB = sizeGiB
        self.tags = tags
    }

    var parameters: [(String, String)] {
        var parameters = [
            ("Name", name), ("Architecture", architecture), ("RootDeviceName", rootDeviceName),
            ("VirtualizationType", "hvm"), ("EnaSupport", "true"),
            ("BlockDeviceMapping.1.DeviceName", rootDeviceName),
            ("BlockDeviceMapping.1.Ebs.SnapshotId", snapshotID),
            ("BlockDeviceMapping.1.Ebs.VolumeSize", "\(sizeGiB)"),
            ("BlockDeviceMapping.1.Ebs.VolumeType", "gp3"),
            ("BlockDeviceMapping.1.Ebs.DeleteOnTermination", "true"),
        ]
        if let details { parameters.append(("Description", details)) }
        if let bootMode { parameters.append(("BootMode", bootMode)) }
        return parameters + EC2Parameters.tags(tags, for: ["image"])
    }
}

/// What an instance-store image is registered with; its manifest has the rest.
package struct BundleRegistration: Sendable {
    package var name: String
    package var details: String?
    package var manifest: ObjectPlace
    /// Whether it boots with a kernel of EC2's, as paravirtual machines do.
    package var hasKernel: Bool

    package init(name: String, details: String?, manifest: ObjectPlace, hasKernel: Bool) {
        self.name = name
        self.details = details
        self.manifest = manifest
        self.hasKernel = hasKernel
    }

    var parameters: [(String, String)] {
        var parameters = [
            ("Name", name), ("ImageLocation", manifest.location), ("VirtualizationType", hasKernel ? "paravirtual" : "hvm"),
        ]
        if let details { parameters.append(("Description", details)) }
        return parameters
    }
}

extension AWSClient {
    /// Registers an image and returns its id.
    ///
    /// `RegisterImage` has no client token, so a request whose answer was lost is not sent again; instead the image is looked for,
    /// and counts as registered when it stands on the very snapshot, or manifest.
    package func registerImage(_ image: ImageRegistration, region: String) async throws -> String {
        try await register(image.parameters, name: image.name, region: region) { $0.snapshotIDs.contains(image.snapshotID) }
    }

    /// Registers an instance-store image and returns its id; it is pending until the service has read the bundle.
    package func registerImage(_ image: BundleRegistration, region: String) async throws -> String {
        try await register(image.parameters, name: image.name, region: region) { $0.location == image.manifest.location }
    }

    /// - Parameter isIt: whether an image of that name is the one that was registered.
    private func register(
        _ parameters: [(String, String)],
        name: String,
        region: String,
        isIt: (RemoteImage) -> Bool
    ) async throws -> String {
        do {
            let answer = try await ec2("RegisterImage", parameters, region: region, repetition: .whenNotTaken)
            guard let id = answer["imageId"]?.text, !id.isEmpty else {
                throw UnexpectedAnswer(action: "RegisterImage", problem: "it has no imageId")
            }
            return id
        } catch let error where Self.leavesDoubt(error) {
            let registered = try await ownImages(named: name, region: region).first(where: isIt)
            guard let registered else { throw error }
            return registered.id
        }
    }

    private static func leavesDoubt(_ error: any Error) -> Bool {
        switch error {
        case let failure as ConnectionFailure: failure.mayHaveBeenTaken
        case let refusal as AWSError: refusal.status >= 500
        default: false
        }
    }
}
