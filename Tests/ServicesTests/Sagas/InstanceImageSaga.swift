import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

/// CreateImage of an instance with two volumes, whose guest shuts down for it and comes back.
struct InstanceImageSaga: Saga {
    struct Facts: Sendable {
        let instance: InstanceID
        let source: ImageID
        /// In the order of their devices.
        let volumes: [VolumeID]
    }

    private static let data: [Int64: UInt64] = [4: 44]
    private static let written: [Int64: UInt64] = [2: 40, 7: 41]

    private let answers = Answers()
    private let facts: Facts

    static func prepare(_ world: World) async throws -> Facts {
        let disks = [try await world.snapshot(SagaDisk.blocks), try await world.snapshot(data)]
        let source = try await world.launchable(snapshots: disks)
        let launched = try await world.launch(source)[0]
        try await until("it runs") { try await world.detail(launched.id).instance.state == .running }
        let volumes = launched.attachments.sorted { $0.device < $1.device }.map(\.volume)
        try await world.write(written, to: volumes[0])
        return Facts(instance: launched.id, source: source, volumes: volumes)
    }

    init(_ facts: Facts) { self.facts = facts }

    func run(in process: World, _ world: SagaWorld) async throws {
        guard try await world.insist({ answers.add(try await ask(in: process)) }) else { return }
        let store = process.store(World.home)
        try await world.untilEnded("jobs", of: store) {
            try await store.database.read { transaction in
                let instance = try InstanceTable(transaction).instance(facts.instance)
                return try instance?.pendingImage == nil && instance?.rebootRequestedAt == nil && !JobTable(transaction).hasAny()
            }
        }
    }

    /// The call has no token: whoever lost the answer is told which image has the name.
    private func ask(in process: World) async throws -> String {
        var query = ImageQuery()
        query.filters = [Filter(name: "name", values: ["made"])]
        if let known = try await process.images(World.home).describe(query).elements.first { return known.id.rawValue }
        return try await process.images(World.home).create(ImageCreation(instance: facts.instance.rawValue, name: "made")).rawValue
    }

    func differences(in process: World) async throws -> [String] {
        guard let id = answers.only else { return ["the call and its repetitions had different answers"] }
        var found = try await process.differences(ofImage: id, among: 2)
        let instance = try await process.detail(facts.instance).instance
        if instance.state != .running { found.append("the instance is \(instance.state): \(instance.reason?.message ?? "")") }
        try await process.collect()
        let (call, all) = (process.call(World.home), try await process.listing(of: World.home))
        guard let image = all.first(where: { $0.id.rawValue == id }), image.snapshotIDs.count == 2 else { return found + ["no devices"] }
        let disks = [SagaDisk.blocks.merging(Self.written) { $1 }, Self.data]
        for (snapshot, blocks) in zip(image.snapshotIDs, disks) { found += try await call.differences(of: snapshot, to: blocks) }
        let count = try await process.snapshots(World.home).describe(SnapshotQuery()).elements.count
        if count != 4 { found.append("\(count) snapshots") }
        // The volumes are what they were, and keep nothing twice.
        for (volume, blocks) in zip(facts.volumes, disks) { try await process.expect(volume, holds: blocks) }
        return found
    }
}
