import Blocks
import Domain
import Foundation
import Metadata
import NIOCore
import Services
import TestSupport
import Testing

/// Volumes that guests write to.
extension World {
    var volumeDisks: VolumeDisks { store(World.home).disks }

    /// What a guest does with a volume, which is served for it.
    func guest(of id: VolumeID, _ body: @Sendable (inout NBDGuest) async throws -> Void) async throws {
        try await NBDGuest.connect(to: try await volumeDisks.serve(id), body)
    }

    /// Writes whole blocks of a volume, each the bytes that a number stands for.
    func write(_ blocks: [Int64: UInt64], to id: VolumeID) async throws {
        try await guest(of: id) { guest in
            for (index, number) in blocks.sorted(by: { $0.key < $1.key }) {
                try await guest.write(Array(content(number).readableBytesView), at: Int(index) * BlockSize.bytes)
            }
        }
    }

    func expect(_ id: VolumeID, holds blocks: [Int64: UInt64], sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await guest(of: id) { guest in
            for (index, number) in blocks {
                let read = try await guest.read(Int(index) * BlockSize.bytes..<(Int(index) + 1) * BlockSize.bytes)
                #expect(read == Array(content(number).readableBytesView), "block \(index)", sourceLocation: sourceLocation)
            }
        }
    }

    /// Begins a snapshot, which somebody has to drive.
    func snapshot(of id: VolumeID) async throws -> SnapshotID {
        try await volumes().snapshot(id.rawValue, description: "", tags: []).id
    }

    /// The reconcilers must run.
    func completedSnapshot(of id: VolumeID) async throws -> SnapshotID {
        let made = try await snapshot(of: id)
        try await untilCompleted(made)
        return made
    }

    func untilCompleted(_ ids: SnapshotID...) async throws {
        for id in ids {
            try await until("\(id) is no longer pending") { try await state(of: id) != .pending }
            let snapshot = try await snapshots(World.home).snapshot(id.rawValue)
            #expect(snapshot.state == .completed, "\(snapshot.statusMessage ?? "")")
        }
    }

    /// The layers in the folder of a volume.
    func layers(of id: VolumeID) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: overlay(of: id))) ?? []
        return names.filter { $0.hasSuffix(".map") }.sorted()
    }

    func overlay(of id: VolumeID) -> String { folder.volumes(World.home) + "/" + id.rawValue }

    /// Blocks that differ between two snapshots.
    func changes(_ older: SnapshotID, _ newer: SnapshotID) async throws -> [Int64] {
        let page = BlockPageRequest(maxResults: nil, nextToken: nil, startingBlockIndex: nil)
        return try await reads(World.home).changes(from: older.rawValue, to: newer.rawValue, page: page).blocks.map(\.index)
    }

    /// Runs `body` with a process that starts anew on what a `kill -9` of this one would leave of volumes now. Only they must have changed
    /// since; they are closed here then.
    func killed(_ ids: VolumeID..., body: (World) async throws -> Void) async throws {
        for id in ids { try FileManager.default.copyItem(atPath: overlay(of: id), toPath: overlay(of: id) + ".left") }
        for id in ids {
            await volumeDisks.close(id)
            try FileManager.default.removeItem(atPath: overlay(of: id))
            try FileManager.default.moveItem(atPath: overlay(of: id) + ".left", toPath: overlay(of: id))
        }
        try await reopened(body)
    }
}
