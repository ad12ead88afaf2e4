import Domain
import Metadata
import Services
import TestSupport
import Testing

@Suite struct RegisterImageTests {
    @Test func aRegisteredImageIsAvailableAtOnce() async throws {
        try await World.run { world in
            try await world.reconciling {
                let snapshots = [try await world.snapshot([0: 1]), try await world.snapshot([5: 2], sizeGiB: 3)]
                let id = try await world.register("web (1.0)", over: snapshots, tags: [Tag(key: "stage", value: "test")])
                let image = try #require(try await world.describe(id, in: World.home))
                #expect(image.state == .available)
                #expect(image.owner == World.account)
                #expect(image.name == "web (1.0)")
                #expect(image.createdAt == world.clock.wallClock.now)
                #expect(image.snapshotIDs == snapshots)
                #expect(image.devices.map { $0.volume?.sizeGiB } == [1, 3])
                #expect(image.devices.map { $0.volume?.deletesOnTermination } == [true, false])
                #expect(image.tags == [Tag(key: "stage", value: "test")])
                #expect(image.source == nil)
                #expect(try await world.listing(of: World.home).map(\.id) == [id])
                #expect(try await world.listing(of: World.away).isEmpty)
                // Another account sees nothing of it.
                var query = ImageQuery()
                #expect(try await Images(world.call(World.home, by: known("999999999999"))).describe(query).elements.isEmpty)
                query.ids = [id.rawValue]
                let asked = query
                await expectFault(.invalidImageIDNotFound) {
                    _ = try await Images(world.call(World.home, by: known("999999999999"))).describe(asked)
                }
            }
        }
    }

    @Test func whatCannotBeAnImageIsRefused() async throws {
        try await World.run { world in
            try await world.reconciling {
                let (images, snapshot) = (world.images(World.home), try await world.snapshot([0: 1], sizeGiB: 2))
                let pending = try await world.start().id
                func refuse(_ code: FaultCode, _ change: (inout ImageRegistration) -> Void, line: SourceLocation = #_sourceLocation) async {
                    var registration = ImageRegistration.over([snapshot], name: "web")
                    change(&registration)
                    let changed = registration
                    await expectFault(code, sourceLocation: line) { _ = try await images.register(changed) }
                }
                await refuse(.invalidImageNameMalformed) { $0.name = "ab" }
                await refuse(.invalidImageNameMalformed) { $0.name = "web*" }
                await refuse(.invalidSnapshotNotFound) { $0.devices[0].volume?.snapshotID = "snap-0ffffffffffffffff" }
                await refuse(.invalidSnapshotIDMalformed) { $0.devices[0].volume?.snapshotID = "snap-1" }
                await refuse(.incorrectState) { $0.devices[0].volume?.snapshotID = pending.rawValue }
                await refuse(.invalidBlockDeviceMapping) { $0.rootDeviceName = "/dev/xvda" }
                await refuse(.invalidBlockDeviceMapping) { $0.devices.append($0.devices[0]) }
                await refuse(.invalidBlockDeviceMapping) { $0.devices[0].volume?.sizeGiB = 1 }
                await refuse(.invalidBlockDeviceMapping) { $0.devices = [] }
                await refuse(.missingParameter) { $0.devices.append(.init(name: "/dev/sdb", volume: .init())) }
                await refuse(.missingParameter) { $0.devices[0].volume?.type = .io2 }
                await refuse(.invalidParameterCombination) { $0.devices[0].volume?.iops = 3000 }
                await refuse(.invalidParameterCombination) { $0.devices[0].volume?.encryption = .init(isEncrypted: true) }
                await refuse(.invalidParameterCombination) { $0.devices[0].volume?.encryption = .init(isEncrypted: false) }
                await refuse(.invalidParameterCombination) {
                    $0.devices.append(
                        .init(name: "/dev/sdb", volume: .init(sizeGiB: 1, encryption: .init(isEncrypted: true, key: "alias/a")))
                    )
                }
                await refuse(.invalidParameterValue) { $0.tags = [Tag(key: "aws:x", value: "")] }
                #expect(try await world.listing(of: World.home).isEmpty)
                // Another account's snapshot is as if it were not there.
                await expectFault(.invalidSnapshotNotFound) {
                    let stranger = Images(world.call(World.home, by: known("999999999999")))
                    _ = try await stranger.register(.over([snapshot], name: "web"))
                }
            }
        }
    }

    @Test func deregisteredItsNameIsFreeAndItsIDIsKnown() async throws {
        try await World.run { world in
            try await world.reconciling {
                let (images, snapshot) = (world.images(World.home), try await world.snapshot([0: 1]))
                let id = try await world.register("web", over: [snapshot], tags: [Tag(key: "a", value: "b")])
                await expectFault(.invalidImageNameDuplicate) { _ = try await world.register("web", over: [snapshot]) }
                #expect(try await images.deregister(id.rawValue, deletesSnapshots: false).isEmpty)
                #expect(try await world.describe(id, in: World.home) == nil)
                #expect(try await world.listing(of: World.home).isEmpty)
                #expect(try await world.tags(World.home).describe([], page: PageRequest()).elements.isEmpty)
                await expectFault(.invalidImageIDUnavailable) { _ = try await images.deregister(id.rawValue, deletesSnapshots: false) }
                await expectFault(.invalidImageIDUnavailable) { _ = try await images.image(id.rawValue) }
                await expectFault(.invalidImageIDUnavailable) { _ = try await world.images(World.away).copy(.of(id, name: "copy")) }
                await expectFault(.invalidImageIDNotFound) {
                    _ = try await images.deregister("ami-0ffffffffffffffff", deletesSnapshots: false)
                }
                await expectFault(.invalidImageIDMalformed) { _ = try await images.deregister("ami-", deletesSnapshots: false) }
                let again = try await world.register("web", over: [snapshot])
                #expect(again != id)
                #expect(try await world.state(of: snapshot) == .completed)
            }
        }
    }

    @Test func snapshotsThatAnotherImageUsesStay() async throws {
        try await World.run { world in
            try await world.reconciling {
                let (own, common) = (try await world.snapshot([0: 1]), try await world.snapshot([0: 2]))
                let first = try await world.register("first", over: [own, common])
                let second = try await world.register("second", over: [common])
                await expectFault(.invalidSnapshotInUse) { try await world.snapshots(World.home).delete(own.rawValue) }
                let deletions = try await world.images(World.home).deregister(first.rawValue, deletesSnapshots: true)
                #expect(deletions.map(\.snapshotID) == [own, common])
                #expect(deletions.map(\.outcome) == [.success, .skipped])
                await expectFault(.invalidSnapshotNotFound) { _ = try await world.state(of: own) }
                try await world.expect(common, in: World.home, holds: [0: 2])
                let last = try await world.images(World.home).deregister(second.rawValue, deletesSnapshots: true)
                #expect(last.map(\.outcome) == [.success])
                await expectFault(.invalidSnapshotNotFound) { _ = try await world.state(of: common) }
            }
        }
    }

    @Test func itsDescriptionCanBeChanged() async throws {
        try await World.run { world in
            try await world.reconciling {
                let id = try await world.register("web", over: [try await world.snapshot([0: 1])])
                try await world.images(World.home).setDescription("new", of: id.rawValue)
                #expect(try await world.images(World.home).image(id.rawValue).description == "new")
            }
        }
    }
}
