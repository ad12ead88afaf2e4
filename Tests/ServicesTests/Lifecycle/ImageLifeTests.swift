import Domain
import Foundation
import Services
import TestSupport
import Testing

/// Deprecation, disabling and protection, as calls and the clock change them (docs/behaviour/image-life.md).
@Suite struct ImageLifeTests {
    @Test func deprecationIsSetShownAndTakenAway() async throws {
        try await World.run { world in
            let id = try await world.anImage("web")
            let images = world.images(World.home)
            let date = world.clock.now.addingTimeInterval(30 * World.day)
            try await images.deprecate(id.rawValue, at: date)
            let shown = try await world.shown(id)?.deprecatedAt
            #expect(abs((shown ?? .distantPast).timeIntervalSince(date)) <= 30)
            world.clock.advance(seconds: 31 * World.day)
            #expect(try await world.listing(of: World.home).map(\.id) == [id], "an owner sees what is deprecated")
            await expectFault(.invalidParameterValue) { try await images.deprecate(id.rawValue, at: date) }
            try await images.cancelDeprecation(of: id.rawValue)
            try await images.cancelDeprecation(of: id.rawValue)
            #expect(try await world.shown(id)?.deprecatedAt == nil)
        }
    }

    @Test func aCopyStartsWithoutDeprecationAndProtection() async throws {
        try await World.run { world in
            try await world.reconciling {
                let id = try await world.register("web", over: [world.snapshot([0: 1])])
                let images = world.images(World.home)
                try await images.deprecate(id.rawValue, at: world.clock.now.addingTimeInterval(World.day))
                _ = try await images.protect(id.rawValue, withCooldown: true)
                let copied = try await world.images(World.away).copy(.of(id, name: "web"))
                let copy = try await world.end(of: copied)
                #expect(copy.state == .available)
                #expect(copy.deprecatedAt == nil)
                #expect(copy.protection == .disabled)
            }
        }
    }

    @Test func aDisabledImageIsHiddenUnusableAndComesBack() async throws {
        try await World.run { world in
            try await world.reconciling {
                let snapshot = try await world.snapshot([0: 1])
                let id = try await world.register("web", over: [snapshot])
                let images = world.images(World.home)
                try await images.disable(id.rawValue)
                try await images.disable(id.rawValue)
                #expect(try await world.shown(id) == nil)
                #expect(try await world.listing(of: World.home).isEmpty)
                #expect(try await world.shown(id, disabled: true)?.state == .disabled)
                // What it holds stays: its name and its snapshots.
                await expectFault(.invalidImageNameDuplicate) { _ = try await world.register("web", over: [snapshot]) }
                await expectFault(.invalidSnapshotInUse) { try await world.snapshots(World.home).delete(snapshot.rawValue) }
                await expectFault(.invalidImageIDUnavailable) { _ = try await world.images(World.away).copy(.of(id, name: "copy")) }
                try await images.enable(id.rawValue)
                try await images.enable(id.rawValue)
                #expect(try await world.shown(id)?.state == .available)
                let copied = try await world.images(World.away).copy(.of(id, name: "copy"))
                #expect(try await world.end(of: copied).state == .available)
            }
        }
    }

    @Test func aPendingImageCannotBeDisabled() async throws {
        try await World.run { world in
            var id: ImageID?
            try await world.reconciling { id = try await world.register("web", over: [world.snapshot([0: 1])]) }
            // Nothing drives the copy.
            let source = try #require(id)
            let copy = try await world.images(World.away).copy(.of(source, name: "copy"))
            await expectFault(.invalidImageIDUnavailable) { try await world.images(World.away).disable(copy.rawValue) }
            await expectFault(.invalidImageIDUnavailable) { try await world.images(World.away).enable(copy.rawValue) }
        }
    }

    @Test func aProtectedImageStaysUntilItsCooldownIsOver() async throws {
        try await World.run { world in
            let id = try await world.anImage("web")
            let images = world.images(World.home)
            #expect(try await images.protect(id.rawValue, withCooldown: false).text == "enabled-without-cooldown")
            await expectFault(.operationNotPermitted) { _ = try await images.deregister(id.rawValue, deletesSnapshots: false) }
            #expect(try await images.protect(id.rawValue, withCooldown: true).text == "enabled-with-cooldown")
            #expect(try await images.image(id.rawValue).protection == .enabled(withCooldown: true))
            let end = world.clock.wallClock.now.addingTimeInterval(World.day)
            #expect(try await images.unprotect(id.rawValue) == .cooling(until: end))
            world.clock.advance(seconds: World.day - 1)
            await expectFault(.operationNotPermitted) { _ = try await images.deregister(id.rawValue, deletesSnapshots: true) }
            #expect(try await images.unprotect(id.rawValue) == .cooling(until: end))
            world.clock.advance(seconds: 1)
            #expect(try await world.shown(id)?.protection == .disabled)
            _ = try await images.deregister(id.rawValue, deletesSnapshots: false)
            #expect(try await world.shown(id) == nil)
        }
    }

    @Test func whatWasSetHoldsAfterARestart() async throws {
        try await KeptFolder.run { kept in
            var id: ImageID?
            try await kept.serving { world in
                let made = try await world.anImage("web")
                id = made
                let images = world.images(World.home)
                try await images.deprecate(made.rawValue, at: world.clock.now.addingTimeInterval(World.day))
                _ = try await images.protect(made.rawValue, withCooldown: true)
                _ = try await images.unprotect(made.rawValue)
                try await images.disable(made.rawValue)
            }
            let image = try #require(id)
            try await kept.serving { world in
                let shown = try #require(try await world.shown(image, disabled: true))
                #expect(shown.state == .disabled)
                #expect(shown.deprecatedAt != nil)
                await expectFault(.operationNotPermitted) {
                    _ = try await world.images(World.home).deregister(image.rawValue, deletesSnapshots: false)
                }
                world.clock.advance(seconds: World.day)
                _ = try await world.images(World.home).deregister(image.rawValue, deletesSnapshots: false)
            }
        }
    }

    @Test func othersChangeNothing() async throws {
        try await World.run { world in
            let id = try await world.anImage("web")
            let images = Images(world.call(World.home, by: known("999999999999")))
            let date = world.clock.now.addingTimeInterval(World.day)
            for attempt: () async throws -> Void in [
                { try await images.deprecate(id.rawValue, at: date) }, { try await images.cancelDeprecation(of: id.rawValue) },
                { try await images.disable(id.rawValue) }, { try await images.enable(id.rawValue) },
                { _ = try await images.protect(id.rawValue, withCooldown: false) }, { _ = try await images.unprotect(id.rawValue) },
                { _ = try await images.ancestry(of: id.rawValue) }, { try await images.requireIMDSv2(for: id.rawValue) },
            ] {
                await expectFault(.invalidImageIDNotFound, attempt)
            }
            let image = try #require(try await world.shown(id))
            #expect(image.state == .available && image.deprecatedAt == nil && image.protection == .disabled)
        }
    }

    @Test func ancestryGoesBackThroughRegionsAndDeregisteredImages() async throws {
        try await World.run { world in
            try await world.reconciling {
                let first = try await world.register("web", over: [world.snapshot([0: 1])])
                let second = try await world.images(World.away).copy(.of(first, name: "second"))
                _ = try await world.end(of: second)
                let third = try await world.images(World.home).copy(.of(second, in: World.away, name: "third"))
                _ = try await world.end(of: third, in: World.home)
                _ = try await world.images(World.away).deregister(second.rawValue, deletesSnapshots: true)
                let ancestry = try await world.images(World.home).ancestry(of: third.rawValue)
                #expect(ancestry.map(\.id) == [third, second, first])
                #expect(ancestry.map { $0.source?.id } == [second, first, nil])
                #expect(ancestry.map { $0.source?.region } == [World.away, World.home, nil])
                #expect(ancestry.allSatisfy { $0.createdAt != nil })
            }
        }
    }

    /// Images of others are passed through as long as the caller sees them. Of one that it does not see the id is told, and nothing tells whether it
    /// is there.
    @Test func ancestryGoesThroughImagesOfOthersThatAreSeen() async throws {
        try await World.run { world in
            try await world.reconciling {
                let (owner, stranger) = (world.images(World.home), Images(world.call(World.home, by: World.stranger)))
                let snapshot = try await world.snapshot([0: 1])
                let first = try await world.register("first", over: [snapshot])
                let second = try await owner.copy(.of(first, name: "second"))
                _ = try await world.end(of: second, in: World.home)
                let everybody = try SharingChange(adding: [.everyone], removing: [])
                try await owner.share(second.rawValue, everybody)
                let storage = try #require(try await world.describe(second, in: World.home)).snapshotIDs
                for id in storage { try await world.snapshots(World.home).share(id.rawValue, everybody) }
                let third = try await stranger.copy(.of(second, name: "third"))

                func told() async throws -> [(ImageID, hasDate: Bool, source: ImageID?)] {
                    try await stranger.ancestry(of: third.rawValue).map { ($0.id, $0.createdAt != nil, $0.source?.id) }
                }
                func expect(_ lines: [(ImageID, hasDate: Bool, source: ImageID?)]) async throws {
                    let found = try await told()
                    #expect(found.map { "\($0)" } == lines.map { "\($0)" })
                }
                try await expect([(third, true, second), (second, false, first), (first, false, nil)])
                try await owner.share(first.rawValue, everybody)
                try await expect([(third, true, second), (second, false, first), (first, false, nil)])
                try await owner.resetLaunchPermissions(of: second.rawValue)
                try await expect([(third, true, second), (second, false, nil)])
                _ = try await owner.deregister(second.rawValue, deletesSnapshots: false)
                try await expect([(third, true, second), (second, false, nil)])
            }
        }
    }

    @Test func aReportOfUseIsThereForThirtyDays() async throws {
        try await World.run { world in
            let image = try await world.anImage("web")
            let reports = ImageUsageReports(world.call(World.home))
            let token = ClientToken(text: "once", fingerprint: [1])
            let request = ImageUsageReports.Request(
                image: image.rawValue,
                kinds: [.init(name: "ec2:Instance", versionDepth: nil)],
                accounts: [],
                tags: [Tag(key: "k", value: "v")],
                clientToken: token
            )
            let id = try await reports.create(request)
            #expect(try await reports.create(request) == id)
            var query = ImageUsageReports.Query()
            query.reports = [id.rawValue]
            let named = query
            #expect(try await reports.describe(named).elements.map(\.tags) == [[Tag(key: "k", value: "v")]])
            world.clock.advance(seconds: 30 * World.day)
            await expectFault(.invalidReportIDNotFound) { _ = try await reports.describe(named) }
            await world.live()
            #expect(try await reports.describe(ImageUsageReports.Query()).elements.isEmpty)
            await expectFault(.invalidReportIDNotFound) { try await reports.delete(id.rawValue) }
        }
    }
}

extension World {
    /// An image over a small disk.
    func anImage(_ name: String, tags: [Tag] = []) async throws -> ImageID {
        var id: ImageID?
        try await reconciling { id = try await register(name, over: [snapshot([0: 1])], tags: tags) }
        guard let id else { throw NotReached(description: "no image") }
        return id
    }
}
