import Domain
import Metadata
import Services
import TestSupport
import Testing

/// CreateSnapshot of a volume that is larger than the snapshot that it was made of.
struct VolumeSnapshotSaga: JobSaga {
    let answers = Answers()
    private let volume: VolumeID

    static func prepare(_ world: World) async throws -> VolumeID {
        let source = try await world.snapshot(SagaDisk.blocks)
        let volume = try await world.volume(over: source, VolumeShapeRequest(sizeGiB: 3))
        try await world.snapshots(World.home).delete(source.rawValue)
        return volume.id
    }

    init(_ volume: VolumeID) { self.volume = volume }

    func ask(in process: World) async throws -> String { try await process.snapshotOnce(of: volume) }

    func differences(of id: String, in process: World) async throws -> [String] {
        // What is collected now is nobody's.
        try await process.collect()
        return try await process.differences(ofTheSnapshot: id, of: volume, sizeGiB: 3)
    }
}

/// CreateSnapshot of a volume that a guest has written to.
struct WrittenVolumeSnapshotSaga: JobSaga {
    private static let written: [Int64: UInt64] = [2: 40, 7: 41]

    let answers = Answers()
    private let volume: VolumeID

    static func prepare(_ world: World) async throws -> VolumeID {
        let source = try await world.snapshot(SagaDisk.blocks)
        let volume = try await world.volume(over: source)
        try await world.write(Self.written, to: volume.id)
        try await world.snapshots(World.home).delete(source.rawValue)
        return volume.id
    }

    init(_ volume: VolumeID) { self.volume = volume }

    func ask(in process: World) async throws -> String { try await process.snapshotOnce(of: volume) }

    func differences(of id: String, in process: World) async throws -> [String] {
        try await process.collect()
        let blocks = SagaDisk.blocks.merging(Self.written) { $1 }
        var found = try await process.differences(ofTheSnapshot: id, of: volume, sizeGiB: 1, to: blocks)
        // The volume is what it was, and keeps nothing twice.
        try await process.expect(volume, holds: blocks)
        await process.volumeDisks.close(volume)
        let row = try await process.volumes().volume(volume.rawValue)
        if row.mergedThrough != 1 { found.append("\(row.mergedThrough) layers are in the base") }
        if process.layers(of: volume) != ["layer-0000000002.map"] { found.append("layers \(process.layers(of: volume))") }
        return found
    }
}

/// The same of an encrypted volume over a snapshot that is stored in the open.
struct SealedVolumeSnapshotSaga: JobSaga {
    let answers = Answers()
    private let volume: VolumeID

    static func prepare(_ world: World) async throws -> VolumeID {
        let source = try await world.snapshot(SagaDisk.blocks)
        let volume = try await world.volume(over: source, encryption: EncryptionRequest(isEncrypted: true))
        try await world.snapshots(World.home).delete(source.rawValue)
        return volume.id
    }

    init(_ volume: VolumeID) { self.volume = volume }

    func ask(in process: World) async throws -> String { try await process.snapshotOnce(of: volume) }

    func differences(of id: String, in process: World) async throws -> [String] {
        try await process.collect()
        let snapshot = try await process.snapshots(World.home).snapshot(id)
        let found = snapshot.encryption == nil ? ["it is not encrypted"] : []
        return try await found + process.differences(ofTheSnapshot: id, of: volume, sizeGiB: 1)
    }
}

extension World {
    /// A volume of 1 GiB, or of what it is made of.
    func volume(
        over snapshot: SnapshotID? = nil,
        _ shape: VolumeShapeRequest = VolumeShapeRequest(),
        encryption: EncryptionRequest = EncryptionRequest(),
        tags: [Tag] = [],
        by account: AccountID = World.account,
        token: ClientToken? = nil
    ) async throws -> Volume {
        var shape = shape
        if snapshot == nil, shape.sizeGiB == nil { shape.sizeGiB = 1 }
        let request = VolumeRequest(
            zone: "us-east-1a",
            snapshotID: snapshot?.rawValue,
            shape: shape,
            encryption: encryption,
            tags: tags
        )
        return try await Volumes(call(World.home, by: account)).create(request, token)
    }

    /// The call has no token: whoever lost the answer looks for the snapshot.
    fileprivate func snapshotOnce(of volume: VolumeID) async throws -> String {
        var query = SnapshotQuery()
        query.filters = [Filter(name: "volume-id", values: [volume.rawValue])]
        if let known = try await snapshots(World.home).describe(query).elements.first { return known.id.rawValue }
        return try await volumes().snapshot(volume.rawValue, description: "", tags: []).id.rawValue
    }

    fileprivate func differences(
        ofTheSnapshot id: String,
        of volume: VolumeID,
        sizeGiB: Int,
        to blocks: [Int64: UInt64] = SagaDisk.blocks
    ) async throws -> [String] {
        let snapshot = try await snapshots(World.home).snapshot(id)
        guard snapshot.state == .completed, snapshot.sizeGiB == sizeGiB, snapshot.volumeID == volume.rawValue else {
            return ["\(snapshot.state), \(snapshot.sizeGiB) GiB of \(snapshot.volumeID): \(snapshot.statusMessage ?? "")"]
        }
        let isLeft = try await store(World.home).database.read { try VolumeSnapshotTable($0).row(of: snapshot.id) != nil }
        return try await (isLeft ? ["what it was made of is left"] : []) + differences(to: blocks, count: 1)
    }

}
