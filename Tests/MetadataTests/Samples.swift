import Domain
import Foundation
import Metadata

/// Testing has a `Tag` of its own.
typealias Tag = Domain.Tag

/// A value of a text that a test knows to be well formed.
func known<Value: RawRepresentable<String>>(_ text: String) -> Value {
    guard let value = Value(rawValue: text) else { preconditionFailure("'\(text)' is no \(Value.self)") }
    return value
}

/// An id whose digits are a number, so that ids sort as their numbers.
func numbered<ID: ResourceID>(_ number: Int) -> ID {
    let digits = String(number, radix: 16)
    return known("\(ID.prefix)-\(String(repeating: "0", count: 17 - digits.count))\(digits)")
}

func date(milliseconds: Int64 = 1_795_376_072_123) -> Date { Date(timeIntervalSince1970: Double(milliseconds) / 1000) }

extension AccountID {
    static let alice: AccountID = known("123456789012")
    static let bob: AccountID = known("210987654321")
}

extension Image {
    static func sample(
        _ number: Int,
        owner: AccountID = .alice,
        name: String? = nil,
        state: ImageState = .available,
        snapshots: [SnapshotID] = [],
        source: Source? = nil
    ) -> Image {
        Image(
            id: numbered(number),
            owner: owner,
            name: name ?? "image \(number)",
            description: "",
            state: state,
            createdAt: date(),
            traits: MachineTraits(architecture: .amd64, virtualization: .hvm),
            rootDeviceName: "/dev/sda1",
            devices: snapshots.enumerated().map { index, id in
                BlockDevice(
                    name: "/dev/sd\(index)",
                    target: .volume(VolumeTemplate(snapshotID: id, sizeGiB: 1, type: .gp3, deletesOnTermination: true))
                )
            },
            source: source
        )
    }
}

extension Snapshot {
    static func sample(_ number: Int, owner: AccountID = .alice, state: SnapshotState = .pending) -> Snapshot {
        Snapshot(
            id: numbered(number),
            owner: owner,
            volumeID: copiedVolumeID,
            description: "disk \(number)",
            state: state,
            startedAt: date(),
            sizeGiB: 1,
            lineage: numbered(number)
        )
    }
}

extension SnapshotCopy {
    static func sample(
        _ number: Int,
        by account: AccountID = .alice,
        from source: Region = known("us-west-2"),
        of snapshot: SnapshotID? = nil,
        image: ImageID? = nil,
        createdAt: Date = date(),
        target: CompletionTarget? = nil,
        state: State = .running
    ) -> SnapshotCopy {
        SnapshotCopy(
            id: numbered(number),
            snapshotID: numbered(number),
            account: account,
            imageID: image,
            sourceRegion: source,
            sourceSnapshotID: snapshot ?? numbered(number + 1_000_000),
            sourceRoot: [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 32),
            createdAt: createdAt,
            target: target,
            state: state
        )
    }
}

/// Alice's tags, for tests in which it does not matter whose they are.
extension TagTable {
    func set(_ tags: [Tag], on resource: TaggableResource) throws { try set(tags, on: resource, by: .alice) }
    func tags(of resource: TaggableResource) throws -> [Tag] { try tags(of: resource, by: .alice) }
    func tags(of ids: [String]) throws -> [String: [Tag]] { try tags(of: ids, by: .alice) }
    func remove(key: String, value: String?, from resource: TaggableResource) throws {
        try remove(key: key, value: value, from: resource, by: .alice)
    }
    func page(after place: (resourceID: String, key: String)?, limit: Int) throws -> [TagRow] {
        try page(of: .alice, after: place, limit: limit)
    }
}

extension Instance {
    /// A guest of the first subnet of its owner's network, whose address is its number's.
    static func sample(
        _ number: Int,
        of owner: AccountID = .alice,
        reservation: Int? = nil,
        index: Int = 0,
        _ state: InstanceState = .pending,
        publicAddress: String? = nil,
        groups: [SecurityGroupID] = [],
        token: String? = nil
    ) -> Instance {
        let network = DefaultNetwork(of: owner, in: known("us-east-1"))
        return Instance(
            id: numbered(number),
            owner: owner,
            reservation: numbered(reservation ?? number),
            launchIndex: index,
            clientToken: token,
            image: numbered(1),
            traits: MachineTraits(architecture: .amd64, virtualization: .hvm),
            rootDeviceName: "/dev/xvda",
            rootDeviceType: .ebs,
            type: "t3.micro",
            place: Instance.Place(
                zone: known("us-east-1a"),
                subnet: network.subnets[0].id,
                vpc: network.vpc,
                interface: numbered(number),
                mac: "02:00:00:00:00:01",
                privateAddress: "172.31.0.\(number + 3)",
                publicAddress: publicAddress,
                groups: groups
            ),
            metadata: MetadataOptions(),
            state: state,
            launchedAt: date()
        )
    }
}
