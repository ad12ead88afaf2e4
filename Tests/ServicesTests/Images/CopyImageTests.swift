import Blocks
import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

@Suite struct CopyImageTests {
    @Test func aCopyEqualsItsSource() async throws {
        try await World.run { world in
            try await world.reconciling {
                let disks: [[Int64: UInt64]] = [[0: 1, 3: 2, 2047: 1], [1024: 3, 6143: 4]]
                let snapshots = [try await world.snapshot(disks[0]), try await world.snapshot(disks[1], sizeGiB: 3)]
                let source = try await world.register("web", over: snapshots, tags: [Tag(key: "a", value: "b")])
                world.clock.advance(seconds: 5)
                let id = try await world.images(World.away).copy(.of(source, name: "web copy", copiesTags: true))
                let copy = try await world.end(of: id)
                let original = try #require(try await world.describe(source, in: World.home))
                #expect(copy.state == .available)
                #expect(copy.stateReason == nil)
                #expect(copy.name == "web copy")
                #expect(copy.createdAt == world.clock.wallClock.now)
                #expect(copy.source == Image.Source(id: source, region: World.home))
                #expect(copy.traits == original.traits)
                #expect(copy.tags == original.tags)
                #expect(copy.rootDeviceName == original.rootDeviceName)
                #expect(copy.devices.map(\.name) == original.devices.map(\.name))
                for (device, copied) in zip(original.devices, copy.devices) {
                    var volume = try #require(device.volume)
                    volume.snapshotID = copied.volume?.snapshotID
                    #expect(copied.volume == volume)
                }
                for (number, id) in copy.snapshotIDs.enumerated() {
                    let snapshot = try await world.snapshots(World.away).snapshot(id.rawValue)
                    let bytes = disks[number].count * BlockSize.bytes
                    let moved = Set(disks[number].values).count * BlockSize.bytes
                    #expect(snapshot.state == .completed)
                    #expect(snapshot.progressPercent == 100)
                    #expect(snapshot.statusMessage == "Copied \(bytes) bytes, moved \(moved)")
                    #expect(snapshot.dataBytes == Int64(bytes))
                    #expect(snapshot.volumeID == "vol-ffffffff")
                    #expect(snapshot.lineage == snapshots[number])
                    let milliseconds = "1,795,376,077,000"
                    #expect(
                        snapshot.description == "Copied for DestinationAmi \(copy.id) from SourceAmi \(source) for SourceSnapshot "
                            + "\(snapshots[number]). Task created on \(milliseconds)."
                    )
                    try await world.expect(id, in: World.away, holds: disks[number])
                }

                // Again, under another name: everything is there already.
                let again = try await world.end(of: try await world.images(World.away).copy(.of(source, name: "again")))
                for id in again.snapshotIDs {
                    let message = try #require(try await world.snapshots(World.away).snapshot(id.rawValue).statusMessage)
                    #expect(message.hasSuffix("bytes, moved 0"))
                }
                // The source may go: the copies are whole without it.
                _ = try await world.images(World.home).deregister(source.rawValue, deletesSnapshots: true)
                try await world.expect(copy.snapshotIDs[0], in: World.away, holds: disks[0])
                // And home again, from the copy.
                let home = try await world.images(World.home).copy(.of(copy.id, in: World.away, name: "home"))
                let returned = try await world.end(of: home, in: World.home)
                #expect(returned.state == .available)
                try await world.expect(returned.snapshotIDs[1], in: World.home, holds: disks[1])
            }
        }
    }

    @Test func snapshotsAreShownWithTheirIDsWhileTheyArePending() async throws {
        try await World.run { world in
            var id: ImageID?
            try await world.reconciling {
                let source = try await world.register("web", over: [try await world.snapshot([0: 1, 9: 2])])
                id = source
            }
            let source = try #require(id)
            let images = world.images(World.away)
            let copy = try await images.copy(.of(source, name: "copy"))
            let pending = try #require(try await world.describe(copy))
            #expect(pending.state == .pending)
            let snapshot = try await world.snapshots(World.away).snapshot(try #require(pending.snapshotIDs.first).rawValue)
            #expect(snapshot.state == .pending)
            #expect(snapshot.progressPercent == 0)
            // Not before it is whole: neither copied on, nor used, nor read, nor deleted.
            await expectFault(.invalidImageIDUnavailable) {
                _ = try await world.images(World.home).copy(.of(copy, in: World.away, name: "copy of a copy"))
            }
            await expectFault(.incorrectState) { _ = try await world.register("other", over: [snapshot.id], in: World.away) }
            await expectFault(.invalidSnapshotInUse) { try await world.snapshots(World.away).delete(snapshot.id.rawValue) }
            await expectFault(.validationException, reason: "INVALID_SNAPSHOT_ID") {
                _ = try await world.reads(World.away).list(
                    snapshot.id.rawValue,
                    page: BlockPageRequest(maxResults: nil, nextToken: nil, startingBlockIndex: nil)
                )
            }
            await expectFault(.invalidImageNameDuplicate) { _ = try await images.copy(.of(source, name: "copy")) }
            try await world.reconciling {
                let image = try await world.end(of: copy)
                #expect(image.state == .available)
            }
        }
    }

    @Test func whatCannotBeCopiedIsRefused() async throws {
        try await World.run { world in
            try await world.reconciling {
                let images = world.images(World.away)
                let source = try await world.register("web", over: [try await world.snapshot([0: 1])])
                var copy = ImageCopy.of(source, name: "copy")
                copy.sourceRegion = "sa-east-1"
                let elsewhere = copy
                let fault = await expectFault(.invalidParameterValue) { _ = try await images.copy(elsewhere) }
                #expect(fault?.message.contains("eu-west-1, us-east-1") == true)
                copy = .of(source, in: World.away, name: "copy")
                let wrongRegion = copy
                await expectFault(.invalidImageIDNotFound) { _ = try await images.copy(wrongRegion) }
                copy = .of(source, name: "copy")
                copy.sourceImageID = "ami-zz"
                let malformed = copy
                await expectFault(.invalidImageIDMalformed) { _ = try await images.copy(malformed) }
                await expectFault(.invalidImageNameMalformed) { _ = try await images.copy(.of(source, name: "no*")) }
                await expectFault(.invalidImageIDNotFound) {
                    _ = try await Images(world.call(World.away, by: known("999999999999"))).copy(.of(source, name: "stolen"))
                }
                #expect(try await world.listing(of: World.away).isEmpty)
            }
        }
    }

    /// The same Region is a Region like another.
    @Test func withinOneRegionNothingMoves() async throws {
        try await World.run { world in
            try await world.reconciling {
                let source = try await world.register("web", over: [try await world.snapshot([0: 1])])
                let id = try await world.images(World.home).copy(.of(source, name: "copy"))
                let copy = try await world.end(of: id, in: World.home)
                #expect(copy.state == .available)
                let snapshot = try await world.snapshots(World.home).snapshot(copy.snapshotIDs[0].rawValue)
                #expect(snapshot.statusMessage == "Copied \(BlockSize.bytes) bytes, moved 0")
            }
        }
    }
}
