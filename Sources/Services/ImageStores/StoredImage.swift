import Domain
import Foundation
import NIOCore

/// What stands in an archive beside the disks: the image as it was, as JSON (docs/formats/image-archive.md, "Metadata").
///
/// Ids and the Region tell where it came from; permissions and Region-specific settings are not in it.
struct StoredImage: Hashable, Sendable, Codable {
    struct Label: Hashable, Sendable, Codable {
        let key: String
        let value: String
    }

    /// A device: of a disk of the archive, an empty volume, an instance store volume, or suppressed.
    struct Device: Hashable, Sendable, Codable {
        let name: String
        var virtualName: String?
        var volume: Volume?
    }

    struct Volume: Hashable, Sendable, Codable {
        /// Among the disks of the archive, from 0; nil for an empty volume.
        let disk: Int?
        let sizeGiB: Int
        let type: String
        let iops: Int?
        let throughput: Int?
        let deletesOnTermination: Bool
    }

    struct Disk: Hashable, Sendable, Codable {
        let snapshot: SnapshotID
        let sizeGiB: Int
        let description: String
        let tags: [Label]
    }

    static let currentVersion = 1

    let version: Int
    let id: ImageID
    let region: Region
    let owner: String
    let createdAt: Date
    let name: String
    let description: String
    let traits: MachineTraits
    let rootDeviceName: String
    let devices: [Device]
    let disks: [Disk]
    let tags: [Label]

    init(_ image: Image, of region: Region, over snapshots: [Snapshot]) {
        let places = Dictionary(uniqueKeysWithValues: snapshots.enumerated().map { ($1.id, $0) })
        version = Self.currentVersion
        id = image.id
        self.region = region
        owner = image.owner.rawValue
        createdAt = image.createdAt
        name = image.name
        description = image.description
        traits = image.traits
        rootDeviceName = image.rootDeviceName
        devices = image.devices.map { device in
            switch device.target {
            case .none: Device(name: device.name)
            case .ephemeral(let name): Device(name: device.name, virtualName: name)
            case .volume(let volume): Device(name: device.name, volume: Volume(volume, at: volume.snapshotID.flatMap { places[$0] }))
            }
        }
        disks = snapshots.map {
            Disk(snapshot: $0.id, sizeGiB: $0.sizeGiB, description: $0.description, tags: $0.tags.map(Label.init))
        }
        tags = image.tags.map(Label.init)
    }

    var encoded: ByteBuffer {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            encoder.dateEncodingStrategy = .secondsSince1970
            return ByteBuffer(bytes: try encoder.encode(self))
        }
    }

    /// - Throws: `Fault` for what is no metadata of an image, or of a later version.
    init(decoding bytes: ByteBuffer) throws(Fault) {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .secondsSince1970
        let data = Data(bytes.readableBytesView)
        guard let header = try? decoder.decode(Header.self, from: data) else { throw Self.refusal("it does not describe an image") }
        guard (1...Self.currentVersion).contains(header.version) else {
            throw Self.refusal("it is of version \(header.version), which this Ferry does not know")
        }
        guard let image = try? decoder.decode(Self.self, from: data) else { throw Self.refusal("it does not describe an image") }
        let known = image.disks.indices
        guard image.devices.allSatisfy({ $0.volume?.disk.map(known.contains) ?? true }), image.disks.count <= BlockDeviceRules.countMax,
            image.devices.count <= BlockDeviceRules.countMax,
            image.disks.allSatisfy({ (1...Snapshot.sizeGiBMax).contains($0.sizeGiB) }),
            image.devices.allSatisfy({ $0.volume.map { VolumeType(rawValue: $0.type) != nil } ?? true })
        else { throw Self.refusal("its devices are not those of an image") }
        self = image
    }

    private struct Header: Decodable { let version: Int }

    static func refusal(_ cause: String) -> Fault { Fault(.invalidRequest, "The object is not a stored image: \(cause).") }
}

extension StoredImage.Label {
    init(_ tag: Tag) { self.init(key: tag.key, value: tag.value) }

    var tag: Tag { Tag(key: key, value: value) }
}

extension StoredImage.Volume {
    fileprivate init(_ volume: VolumeTemplate, at disk: Int?) {
        self.init(
            disk: disk,
            sizeGiB: volume.sizeGiB,
            type: volume.type.rawValue,
            iops: volume.iops,
            throughput: volume.throughput,
            deletesOnTermination: volume.deletesOnTermination
        )
    }
}
