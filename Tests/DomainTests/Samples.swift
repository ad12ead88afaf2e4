import Domain
import Foundation

/// Testing has a `Tag` of its own.
typealias Tag = Domain.Tag

/// A value of a text that a test knows to be well formed.
func known<Value: RawRepresentable<String>>(_ text: String) -> Value {
    guard let value = Value(rawValue: text) else { preconditionFailure("'\(text)' is no \(Value.self)") }
    return value
}

extension Image {
    /// An image in which everything is set, so that no filter finds nothing for want of a value.
    static func sample(
        state: ImageState = .failed,
        stateReason: StateReason? = StateReason(code: "Server.InternalError", message: "It broke"),
        devices: [BlockDevice] = [
            BlockDevice(
                name: "/dev/sda1",
                target: .volume(
                    VolumeTemplate(
                        snapshotID: known("snap-0aaaaaaaaaaaaaaaa"),
                        sizeGiB: 8,
                        type: .gp3,
                        iops: 3000,
                        throughput: 125,
                        deletesOnTermination: true
                    )
                )
            ),
            BlockDevice(
                name: "/dev/sdb",
                target: .volume(VolumeTemplate(snapshotID: nil, sizeGiB: 100, type: .io2, iops: 5000, deletesOnTermination: false))
            ),
            BlockDevice(name: "/dev/sdc", target: .ephemeral(virtualName: "ephemeral0")),
            BlockDevice(name: "/dev/sdd", target: .none),
        ],
        source: Source? = Source(id: known("ami-0123456789abcdef0"), region: known("us-west-2")),
        tags: [Tag] = [Tag(key: "Name", value: "web"), Tag(key: "stage", value: "Test")]
    ) -> Image {
        Image(
            id: known("ami-0fedcba9876543210"),
            owner: known("123456789012"),
            name: "web server 1",
            description: "The web server",
            state: state,
            stateReason: stateReason,
            createdAt: Date(timeIntervalSince1970: 1_795_376_072),
            traits: MachineTraits(
                architecture: .amd64,
                virtualization: .hvm,
                kernelID: "aki-00000001",
                ramdiskID: "ari-00000002",
                enaSupport: true,
                sriovNetSupport: "simple",
                bootMode: .uefiPreferred,
                tpmSupport: "v2.0",
                imdsSupport: "v2.0",
                uefiData: "AAAA"
            ),
            rootDeviceName: "/dev/sda1",
            devices: devices,
            source: source,
            tags: tags
        )
    }
}

extension Snapshot {
    static func sample(transferType: TransferType? = nil, tags: [Tag] = [Tag(key: "Name", value: "root")]) -> Snapshot {
        Snapshot(
            id: known("snap-0fedcba9876543210"),
            owner: known("123456789012"),
            volumeID: copiedVolumeID,
            description: "A disk",
            state: .pending,
            progressPercent: 37,
            startedAt: Date(timeIntervalSince1970: 1_795_376_072),
            sizeGiB: 8,
            lineage: known("snap-0fedcba9876543210"),
            transferType: transferType,
            tags: tags
        )
    }
}
