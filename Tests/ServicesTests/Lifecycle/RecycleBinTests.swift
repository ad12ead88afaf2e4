import Blocks
import Domain
import Foundation
import Services
import TestSupport
import Testing

/// What goes into the Recycle Bin, stays there for its time, and comes back (docs/behaviour/recycle-bin.md).
@Suite struct RecycleBinTests {
    private let home = World.home

    private func isStored(_ number: UInt64, in world: World) async throws -> Bool {
        try await !world.store(home).blocks.contains([TestBlock.digest(content(number))]).isEmpty
    }

    private func collect(_ world: World) async throws {
        world.clock.advance(seconds: 61)
        let schedule = Collector.Schedule(pause: 0, grace: 60)
        _ = try await Collector(store: world.store(home), deployment: world.deployment, schedule: schedule).collect()
    }

    @Test func aDeletedSnapshotWaitsInTheBinWithItsBlocks() async throws {
        try await World.run { world in
            try await world.reconciling {
                try await world.keep(.snapshot, days: 3)
                let (id, name) = (try await world.snapshot([0: 1, 1: 2]), Tag(key: "Name", value: "disk"))
                try await world.tags(home).create([name], on: [id.rawValue])
                try await world.snapshots(home).delete(id.rawValue)
                #expect(try await world.recycledSnapshots() == [id])
                // It is nowhere else.
                await expectFault(.invalidSnapshotNotFound) { _ = try await world.snapshots(home).snapshot(id.rawValue) }
                await expectFault(.invalidSnapshotNotFound) { try await world.snapshots(home).delete(id.rawValue) }
                await expectFault(.invalidSnapshotNotFound) { _ = try await world.register("web", over: [id]) }
                #expect(try await world.snapshots(home).describe(SnapshotQuery()).elements.isEmpty)
                #expect(try await world.tags(home).describe([], page: PageRequest()).elements.isEmpty)
                await #expect(throws: Fault.self) {
                    _ = try await world.reads(home).list(
                        id.rawValue,
                        page: BlockPageRequest(maxResults: nil, nextToken: nil, startingBlockIndex: nil)
                    )
                }
                try await collect(world)
                #expect(try await isStored(1, in: world))
                #expect(try await world.bin().restoreSnapshot(id.rawValue).tags == [name])
                #expect(try await world.recycledSnapshots().isEmpty)
                try await world.expect(id, in: home, holds: [0: 1, 1: 2])
                // Once more, for good.
                try await world.snapshots(home).delete(id.rawValue)
                world.clock.advance(seconds: 3 * World.day - 1)
                await world.live()
                #expect(try await world.recycledSnapshots() == [id])
                world.clock.advance(seconds: 1)
                #expect(try await world.recycledSnapshots().isEmpty)
                await expectFault(.invalidSnapshotNotFound) { _ = try await world.bin().restoreSnapshot(id.rawValue) }
                await world.live()
                try await collect(world)
                #expect(try await !isStored(1, in: world))
            }
        }
    }

    @Test func aDeregisteredImageComesBackAsItWas() async throws {
        try await World.run { world in
            try await world.keep(.image, days: 7)
            let tags = [Tag(key: "Name", value: "web"), Tag(key: "stage", value: "prod")]
            let id = try await world.anImage("web", tags: tags)
            let images = world.images(home)
            let before = try #require(try await world.shown(id))
            _ = try await images.deregister(id.rawValue, deletesSnapshots: false)
            #expect(try await world.recycledImages() == [id])
            #expect(try await world.shown(id, disabled: true) == nil)
            #expect(try await world.listing(of: home).isEmpty)
            await expectFault(.invalidImageIDUnavailable) { _ = try await images.deregister(id.rawValue, deletesSnapshots: false) }
            await expectFault(.invalidImageIDUnavailable) { _ = try await images.image(id.rawValue) }
            await expectFault(.invalidImageIDUnavailable) { _ = try await images.copy(.of(id, name: "copy")) }
            try await world.bin().restoreImage(id.rawValue)
            #expect(try await world.shown(id) == before)
            #expect(try await world.recycledImages().isEmpty)
            await expectFault(.invalidImageIDNotFound) { try await world.bin().restoreImage(id.rawValue) }
            // One that was disabled comes back so.
            try await images.disable(id.rawValue)
            _ = try await images.deregister(id.rawValue, deletesSnapshots: false)
            try await world.bin().restoreImage(id.rawValue)
            #expect(try await world.shown(id, disabled: true)?.state == .disabled)
        }
    }

    @Test func anImageComesBackOnlyWithItsSnapshots() async throws {
        try await World.run { world in
            try await world.keep(.image, days: 7)
            try await world.keep(.snapshot, days: 7)
            let id = try await world.anImage("web")
            let snapshot = try #require(try await world.shown(id)?.snapshotIDs.first)
            let results = try await world.images(home).deregister(id.rawValue, deletesSnapshots: true)
            #expect(results.map(\.outcome) == [.success])
            #expect(try await world.recycledSnapshots() == [snapshot])
            let fault = await expectFault(.incorrectState) { try await world.bin().restoreImage(id.rawValue) }
            #expect(fault?.message.contains(snapshot.rawValue) == true)
            _ = try await world.bin().restoreSnapshot(snapshot.rawValue)
            try await world.bin().restoreImage(id.rawValue)
            #expect(try await world.shown(id)?.state == .available)
        }
    }

    @Test func aNameThatWasTakenMeanwhileKeepsAnImageInTheBin() async throws {
        try await World.run { world in
            try await world.keep(.image, days: 7)
            let first = try await world.anImage("web")
            _ = try await world.images(home).deregister(first.rawValue, deletesSnapshots: false)
            let second = try await world.anImage("web")
            await expectFault(.invalidImageNameDuplicate) { try await world.bin().restoreImage(first.rawValue) }
            #expect(try await world.recycledImages() == [first])
            _ = try await world.images(home).deregister(second.rawValue, deletesSnapshots: false)
            try await world.bin().restoreImage(first.rawValue)
            #expect(try await world.listing(of: home).map(\.id) == [first])
        }
    }

    @Test func tagsDecideAndTheLongestRuleWins() async throws {
        try await World.run { world in
            try await world.keep(.image, days: 5) { $0.resourceTags = [ResourceTag(key: "stage", value: "prod")] }
            try await world.keep(.image, days: 9) { $0.resourceTags = [ResourceTag(key: "team", value: nil)] }
            let images = world.images(home)
            let plain = try await world.anImage("plain")
            let tagged = try await world.anImage("tagged", tags: [Tag(key: "stage", value: "prod"), Tag(key: "team", value: "a")])
            for id in [plain, tagged] { _ = try await images.deregister(id.rawValue, deletesSnapshots: false) }
            let kept = try await world.bin().images([], page: PageRequest()).elements
            #expect(kept.map(\.value.id) == [tagged])
            #expect(kept.first?.resource.exitsAt == world.clock.wallClock.now.addingTimeInterval(9 * World.day))
        }
    }

    @Test func whatIsInTheBinKeepsItsTimeWhenTheRuleGoes() async throws {
        try await World.run { world in
            let rule = try await world.keep(.image, days: 2)
            let id = try await world.anImage("web")
            _ = try await world.images(home).deregister(id.rawValue, deletesSnapshots: false)
            var change = RetentionRuleChange()
            change.days = 300
            _ = try await world.rules().update(rule.id.rawValue, change)
            try await world.rules().delete(rule.id.rawValue)
            world.clock.advance(seconds: 2 * World.day - 1)
            await world.live()
            #expect(try await world.recycledImages() == [id])
            world.clock.advance(seconds: 1)
            await world.live()
            #expect(try await world.recycledImages().isEmpty)
        }
    }

    @Test func theBinIsKeptOverARestart() async throws {
        try await KeptFolder.run { kept in
            var ids: (ImageID, SnapshotID)?
            try await kept.serving { world in
                try await world.keep(.image, days: 2)
                try await world.keep(.snapshot, days: 2)
                let id = try await world.anImage("web")
                let snapshot = try #require(try await world.shown(id)?.snapshotIDs.first)
                _ = try await world.images(home).deregister(id.rawValue, deletesSnapshots: true)
                ids = (id, snapshot)
            }
            let (image, snapshot) = try #require(ids)
            try await kept.serving { world in
                _ = try await world.bin().restoreSnapshot(snapshot.rawValue)
                try await world.bin().restoreImage(image.rawValue)
                try await world.expect(snapshot, in: home, holds: [0: 1])
                _ = try await world.images(home).deregister(image.rawValue, deletesSnapshots: true)
            }
            kept.clock.advance(seconds: 2 * World.day)
            try await kept.serving { world in
                await world.live()
                let left = (images: try await world.recycledImages(), snapshots: try await world.recycledSnapshots())
                #expect(left.images.isEmpty && left.snapshots.isEmpty)
            }
        }
    }

    @Test func aLockedRuleIsNeitherChangedNorDeletedUntilItsDelayIsOver() async throws {
        try await World.run { world in
            let (rules, rule) = (world.rules(), try await world.keep(.snapshot, days: 2))
            let id = rule.id.rawValue
            #expect(try await rules.lock(id, unlockDays: 7).lock == .locked(unlockDays: 7))
            await expectFault(.conflictException) { _ = try await rules.lock(id, unlockDays: 8) }
            await expectFault(.conflictException) { _ = try await rules.update(id, RetentionRuleChange()) }
            await expectFault(.conflictException) { try await rules.delete(id) }
            let end = world.clock.wallClock.now.addingTimeInterval(7 * World.day)
            #expect(try await rules.unlock(id).lock == .ending(unlockDays: 7, at: end))
            await expectFault(.conflictException) { _ = try await rules.unlock(id) }
            world.clock.advance(seconds: 7 * World.day - 1)
            await expectFault(.conflictException) { try await rules.delete(id) }
            world.clock.advance(seconds: 1)
            #expect(try await rules.rule(id).lock == .none)
            try await rules.delete(id)
            await expectFault(.resourceNotFoundException) { _ = try await rules.rule(id) }
        }
    }

    @Test func anotherAccountReachesNothing() async throws {
        try await World.run { world in
            let rule = try await world.keep(.image, days: 2)
            let id = try await world.anImage("web")
            _ = try await world.images(home).deregister(id.rawValue, deletesSnapshots: false)
            let call = world.call(home, by: known("999999999999"))
            #expect(try await RecycleBin(call).images([], page: PageRequest()).elements.isEmpty)
            await expectFault(.invalidImageIDNotFound) { _ = try await RecycleBin(call).images([id.rawValue], page: PageRequest()) }
            await expectFault(.invalidImageIDNotFound) { try await RecycleBin(call).restoreImage(id.rawValue) }
            let rules = RetentionRules(call)
            await expectFault(.resourceNotFoundException) { _ = try await rules.rule(rule.id.rawValue) }
            await expectFault(.resourceNotFoundException) { try await rules.delete(rule.id.rawValue) }
            #expect(try await rules.list(RetentionRuleQuery(kind: .image, page: PageRequest())).elements.isEmpty)
        }
    }

    @Test func aRegionHasTwoHundredAndFiftyRulesAndListsThemInPages() async throws {
        try await World.run { world in
            for number in 0..<RetentionRule.countMax { try await world.keep(number.isMultiple(of: 2) ? .image : .snapshot, days: 1) }
            await expectFault(.serviceQuotaExceededException) { try await world.keep(.image, days: 1) }
            var seen: [RetentionRuleID] = []
            var token: String?
            repeat {
                let page = PageRequest(maxResults: 60, nextToken: token, sizes: RetentionRules.sizes)
                let found = try await world.rules().list(RetentionRuleQuery(kind: .image, page: page))
                seen += found.elements.map(\.id)
                token = found.nextToken
            } while token != nil
            #expect(seen.count == 125 && Set(seen).count == 125)
        }
    }

    @Test func aLockKeepsASnapshotAndSoDoesNoOther() async throws {
        try await World.run { world in
            try await world.reconciling {
                let snapshots = world.snapshots(home)
                let id = try await world.snapshot([0: 1])
                _ = try await snapshots.lock(id.rawValue, SnapshotLockRequest(mode: .governance, days: 2))
                await expectFault(.operationNotPermitted) { try await snapshots.delete(id.rawValue) }
                let image = try await world.register("web", over: [id])
                let results = try await world.images(home).deregister(image.rawValue, deletesSnapshots: true)
                #expect(results.map(\.outcome) == [.refused])
                #expect(try await snapshots.unlock(id.rawValue) == id)
                await expectFault(.incorrectState) { _ = try await snapshots.unlock(id.rawValue) }
                _ = try await snapshots.lock(id.rawValue, SnapshotLockRequest(mode: .compliance, coolOffHours: 1, days: 2))
                world.clock.advance(seconds: 3_600)
                await expectFault(.operationNotPermitted) { _ = try await snapshots.unlock(id.rawValue) }
                world.clock.advance(seconds: 2 * World.day - 3_601)
                await expectFault(.operationNotPermitted) { try await snapshots.delete(id.rawValue) }
                world.clock.advance(seconds: 1)
                let told = try await snapshots.locked(
                    [id.rawValue],
                    filters: [Filter(name: "lock-state", values: ["expired"])],
                    page: PageRequest()
                )
                #expect(told.elements.map(\.lock.snapshot) == [id])
                try await snapshots.delete(id.rawValue)
                #expect(try await snapshots.locked([], filters: [], page: PageRequest()).elements.isEmpty)
            }
        }
    }
}
