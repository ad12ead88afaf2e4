import Domain
import Foundation
import Services
import TestSupport
import Testing

/// What becomes of whom an image is shared with while it is deprecated, disabled and thrown away (docs/behaviour/image-life.md).
@Suite struct SharedLifeTests {
    private let home = World.home

    @Test func othersSeeADeprecatedImageWhenTheyAskForIt() async throws {
        try await World.run { world in
            let id = try await world.anImage("web")
            try await world.share(id, with: [.account(Others.bob)])
            try await world.images(home).deprecate(id.rawValue, at: world.clock.now.addingTimeInterval(World.day))
            #expect(try await world.listed(by: Others.bob) == [id])
            world.clock.advance(seconds: 2 * World.day)
            #expect(try await world.listed(by: Others.bob).isEmpty)
            #expect(try await world.listed(by: Others.bob) { $0.inclusion.deprecated = true } == [id])
            #expect(try await world.listed(by: Others.bob) { $0.ids = [id.rawValue] } == [id])
            #expect(try await world.listed(by: World.account) == [id])
        }
    }

    @Test func aDisabledImageIsSharedWithNobodyAnyMore() async throws {
        try await World.run { world in
            let id = try await world.anImage("web")
            try await world.share(id, with: [.account(Others.bob), .everyone])
            try await world.images(home).disable(id.rawValue)
            #expect(try await world.images(home).launchPermissions(of: id.rawValue).isEmpty)
            #expect(try await world.listed(by: Others.bob) { $0.inclusion.disabled = true }.isEmpty)
            try await world.images(home).enable(id.rawValue)
            #expect(try await world.listed(by: Others.bob).isEmpty)
        }
    }

    @Test func whatComesBackFromTheBinIsSharedAsBefore() async throws {
        try await World.run { world in
            try await world.keep(.image, days: 3)
            let id = try await world.anImage("web")
            try await world.share(id, with: [.account(Others.bob)])
            _ = try await world.images(home).deregister(id.rawValue, deletesSnapshots: false)
            #expect(try await world.listed(by: Others.bob) { $0.inclusion.disabled = true }.isEmpty)
            try await world.bin().restoreImage(id.rawValue)
            #expect(try await world.listed(by: Others.bob) == [id])
            _ = try await world.images(home).deregister(id.rawValue, deletesSnapshots: false)
            world.clock.advance(seconds: 3 * World.day)
            await world.live()
            await expectFault(.invalidImageIDNotFound) { try await world.bin().restoreImage(id.rawValue) }
        }
    }

    @Test func aPublicImageHasADateOfDeprecation() async throws {
        try await World.run { world in
            let (images, id) = (world.images(home), try await world.anImage("web"))
            let far = world.clock.now.addingTimeInterval(900 * World.day)
            try await images.deprecate(id.rawValue, at: far)
            try await world.share(id, with: [.everyone])
            let image = try #require(try await world.shown(id))
            let limit = ImageDeprecation.publicLimit(of: image)
            #expect(image.deprecatedAt == limit)
            await expectFault(.invalidParameterValue) { try await images.deprecate(id.rawValue, at: far) }
            await expectFault(.operationNotPermitted) { try await images.cancelDeprecation(of: id.rawValue) }
            let near = world.clock.now.addingTimeInterval(World.day)
            try await images.deprecate(id.rawValue, at: near)
            #expect(try #require(try await world.shown(id)?.deprecatedAt) < limit)
            try await images.resetLaunchPermissions(of: id.rawValue)
            try await images.cancelDeprecation(of: id.rawValue)
            #expect(try await world.shown(id)?.deprecatedAt == nil)
        }
    }
}
