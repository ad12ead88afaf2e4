import Wire

/// An image as a server tells about it.
package struct RemoteImage: Hashable, Sendable {
    /// An EBS volume that the image starts with.
    package struct Device: Hashable, Sendable {
        package var name: String
        /// Absent while a copy in AWS is pending.
        package var snapshotID: String?
        package var sizeGiB: Int64?
    }

    package var id: String
    package var name: String
    /// `pending`, `available`, `failed`, and the rarer ones of EC2.
    package var state: String
    package var stateReason: String?
    /// `ebs` or `instance-store`.
    package var rootDeviceType: String
    /// Of an instance-store image its manifest, `bucket/path/image.manifest.xml`.
    package var location: String
    package var details: String
    package var architecture: String
    package var rootDeviceName: String?
    /// EBS volumes only, in the order of the mapping.
    package var devices: [Device]
    package var tags: [ResourceTag]
    package var sourceImageID: String?
    package var sourceRegion: String?
    /// What CreateImage made it of.
    package var sourceInstanceID: String?
    /// ISO 8601, as sent.
    package var creationDate: String

    package var isInstanceStore: Bool { rootDeviceType == "instance-store" }

    /// Of the volumes: nobody but its manifest knows how large an instance-store image is.
    package var sizeGiB: Int64 { devices.reduce(0) { $0 + ($1.sizeGiB ?? 0) } }

    package var snapshotIDs: [String] { devices.compactMap(\.snapshotID) }

    /// The disk that the machine boots from: the one under the root device's name, or the only one.
    package var rootDevice: Device? {
        devices.first { $0.name == rootDeviceName } ?? (devices.count == 1 ? devices.first : nil)
    }

    init(_ node: XMLNode) {
        func text(_ name: String) -> String? { node[name].map(\.text).flatMap { $0.isEmpty ? nil : $0 } }
        id = text("imageId") ?? ""
        name = text("name") ?? ""
        state = text("imageState") ?? ""
        stateReason = node["stateReason"]?["message"]?.text
        rootDeviceType = text("rootDeviceType") ?? "ebs"
        location = text("imageLocation") ?? ""
        details = text("description") ?? ""
        architecture = text("architecture") ?? ""
        rootDeviceName = text("rootDeviceName")
        devices = (node["blockDeviceMapping"]?.children("item") ?? []).compactMap { item in
            guard let ebs = item["ebs"] else { return nil }
            return Device(
                name: item["deviceName"]?.text ?? "",
                snapshotID: ebs["snapshotId"].map(\.text).flatMap { $0.isEmpty ? nil : $0 },
                sizeGiB: ebs["volumeSize"].flatMap { Int64($0.text) }
            )
        }
        tags = ResourceTag.list(in: node["tagSet"])
        sourceImageID = text("sourceImageId")
        sourceRegion = text("sourceImageRegion")
        sourceInstanceID = text("sourceInstanceId")
        creationDate = text("creationDate") ?? ""
    }
}
