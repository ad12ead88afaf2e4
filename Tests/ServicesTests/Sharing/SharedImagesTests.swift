import Domain
import Services
import TestSupport
import Testing

/// Images of one account and others that look at them.
@Suite struct SharedImagesTests {
    /// A world with an image of one disk.
    private func run(_ body: (World, ImageID, SnapshotID) async throws -> Void) async throws {
        try await World.run { world in
            try await world.reconciling {
                let snapshot = try await world.snapshot([0: 1])
                let image = try await world.register("web", over: [snapshot], tags: [Tag(key: "mine", value: "1")])
                try await body(world, image, snapshot)
            }
        }
    }

    @Test func nobodySeesWhatIsNotShared() async throws {
        try await run { world, image, _ in
            let images = Images(world.call(World.home, by: Others.bob))
            let listed = try await world.listed(by: Others.bob)
            #expect(listed.isEmpty)
            await expectFault(.invalidImageIDNotFound) { _ = try await world.listed(by: Others.bob) { $0.ids = [image.rawValue] } }
            await expectFault(.invalidImageIDNotFound) { _ = try await images.image(image.rawValue) }
            await expectFault(.invalidImageIDNotFound) { _ = try await images.launchPermissions(of: image.rawValue) }
            await expectFault(.invalidImageIDNotFound) { try await images.setDescription("x", of: image.rawValue) }
            await expectFault(.invalidImageIDNotFound) { _ = try await images.deregister(image.rawValue, deletesSnapshots: false) }
            await expectFault(.invalidImageIDNotFound) { try await images.cancelLaunchPermission(of: image.rawValue) }
            await expectFault(.invalidImageIDNotFound) { _ = try await images.copy(.of(image, name: "copy")) }
            await expectFault(.invalidImageIDNotFound) {
                try await Tags(world.call(World.home, by: Others.bob)).create([Tag(key: "a", value: "b")], on: [image.rawValue])
            }
            #expect(try await images.snapshots(of: image.rawValue, in: nil).isEmpty)
        }
    }

    @Test func whoeverItIsSharedWithSeesItAndDoesNotOwnIt() async throws {
        try await run { world, image, snapshot in
            try await world.share(image, with: [.account(Others.bob)])
            #expect(try await world.listed(by: Others.bob) == [image])
            #expect(try await world.listed(by: Others.bob) { $0.ids = [image.rawValue] } == [image])
            #expect(try await world.listed(by: Others.bob) { $0.owners = ["self"] } == [])
            #expect(try await world.listed(by: Others.bob) { $0.executableBy = ["self"] } == [image])
            #expect(
                try await world.listed(by: Others.bob) {
                    $0.ids = [image.rawValue]; $0.owners = ["self"]
                } == []
            )
            #expect(try await world.listed(by: World.account) { $0.executableBy = [Others.bob.rawValue] } == [image])
            #expect(try await world.listed(by: Others.carol).isEmpty)

            let images = Images(world.call(World.home, by: Others.bob))
            let fault = await expectFault(.authFailure) { try await images.setDescription("x", of: image.rawValue) }
            #expect(fault?.message == "Not authorized for image:\(image)")
            await expectFault(.authFailure) { _ = try await images.launchPermissions(of: image.rawValue) }
            await expectFault(.authFailure) { try await images.resetLaunchPermissions(of: image.rawValue) }
            await expectFault(.authFailure) { try await images.share(image.rawValue, SharingChange(adding: [.everyone], removing: [])) }
            await expectFault(.authFailure) { _ = try await images.deregister(image.rawValue, deletesSnapshots: true) }
            #expect(try await images.snapshots(of: image.rawValue, in: nil) == [snapshot])
        }
    }

    @Test func everybodySeesWhatIsPublicUntilItIsTakenBack() async throws {
        try await run { world, image, _ in
            try await world.share(image, with: [.everyone])
            for account in [Others.bob, Others.carol] {
                #expect(try await world.listed(by: account) == [image])
                #expect(try await world.listed(by: account) { $0.executableBy = ["self"] } == [])
                #expect(try await world.listed(by: account) { $0.executableBy = ["all"] } == [image])
                #expect(try await world.listed(by: account) { $0.filters = [Filter(name: "is-public", values: ["true"])] } == [image])
                #expect(try await world.listed(by: account) { $0.filters = [Filter(name: "is-public", values: ["false"])] } == [])
                #expect(try await world.listed(by: account) { $0.filters = [Filter(name: "name", values: ["web"])] } == [image])
            }
            await expectFault(.invalidRequest) {
                try await Images(world.call(World.home, by: Others.bob)).cancelLaunchPermission(of: image.rawValue)
            }
            #expect(try await world.describe(image, in: World.home)?.isPublic == true)
            try await world.images(World.home).resetLaunchPermissions(of: image.rawValue)
            #expect(try await world.listed(by: Others.bob).isEmpty)
            #expect(try await world.describe(image, in: World.home)?.isPublic == false)
        }
    }

    @Test func aRecipientTakesItselfOff() async throws {
        try await run { world, image, _ in
            try await world.share(image, with: [.account(Others.bob), .account(Others.carol)])
            try await Images(world.call(World.home, by: Others.bob)).cancelLaunchPermission(of: image.rawValue)
            #expect(try await world.listed(by: Others.bob).isEmpty)
            #expect(try await world.images(World.home).launchPermissions(of: image.rawValue) == [.account(Others.carol)])
        }
    }

    @Test func everyAccountHasTagsOfItsOwn() async throws {
        try await run { world, image, snapshot in
            try await world.share(image, with: [.account(Others.bob)], storage: [snapshot])
            let bob = world.call(World.home, by: Others.bob)
            try await Tags(bob).create([Tag(key: "mine", value: "2")], on: [image.rawValue])
            func tags(_ account: AccountID) async throws -> [String] {
                var query = ImageQuery()
                query.ids = [image.rawValue]
                return try await Images(world.call(World.home, by: account)).describe(query).elements.flatMap(\.tags).map(\.value)
            }
            #expect(try await tags(World.account) == ["1"])
            #expect(try await tags(Others.bob) == ["2"])
            for (account, value, found) in [(World.account, "2", []), (Others.bob, "2", [image]), (Others.bob, "1", [])] {
                #expect(try await world.listed(by: account) { $0.filters = [Filter(name: "tag:mine", values: [value])] } == found)
            }
            let described = try await Tags(bob).describe([], page: PageRequest()).elements
            #expect(described.map(\.resourceID) == [image.rawValue])

            // What is copied carries the copier's own.
            let copy = try await Images(bob).copy(.of(image, name: "copy", copiesTags: true))
            var query = ImageQuery()
            query.ids = [copy.rawValue]
            #expect(try await Images(bob).describe(query).elements.flatMap(\.tags) == [Tag(key: "mine", value: "2")])

            // They can be taken off when nothing is shared any more, and come to light when it is again.
            try await world.images(World.home).resetLaunchPermissions(of: image.rawValue)
            try await Tags(bob).delete([(key: "mine", value: nil)], from: [image.rawValue])
            await expectFault(.invalidImageIDNotFound) { try await Tags(bob).delete([], from: [image.rawValue]) }
            #expect(try await tags(World.account) == ["1"])
        }
    }

    @Test func fiveImagesArePublicInARegion() async throws {
        try await run { world, image, snapshot in
            for number in 0..<4 {
                try await world.share(try await world.register("public \(number)", over: [snapshot]), with: [.everyone])
            }
            let last = try await world.register("one too many", over: [snapshot])
            try await world.share(image, with: [.everyone])
            let fault = await expectFault(.resourceLimitExceeded) { try await world.share(last, with: [.everyone]) }
            #expect(
                fault?.message.hasPrefix("You have reached your quota of 5 for the number of public images allowed in this Region.") == true
            )
            try await world.share(image, with: [.everyone])
            _ = try await world.images(World.home).deregister(image.rawValue, deletesSnapshots: false)
            try await world.share(last, with: [.everyone])
        }
    }

    @Test func whatIsBlockedDoesNotBecomePublic() async throws {
        try await run { world, image, snapshot in
            let controls = SharingControls(world.call(World.home))
            let other = try await world.register("public before", over: [snapshot])
            try await world.share(other, with: [.everyone])
            try await controls.block(ImageBlockPublicAccess.blockNewSharing)
            await expectFault(.operationNotPermitted) { try await world.share(image, with: [.everyone]) }
            try await world.share(image, with: [.account(Others.bob)])
            #expect(try await world.listed(by: Others.carol) == [other])
            // It is the account's own, and the Region's.
            #expect(try await SharingControls(world.call(World.home, by: Others.bob)).settings() == SharingSettings())
            #expect(try await SharingControls(world.call(World.away)).settings() == SharingSettings())
            try await controls.block(ImageBlockPublicAccess.unblocked)
            try await world.share(image, with: [.everyone])
        }
    }

    @Test func onlyWhatIsAvailableIsShared() async throws {
        try await run { world, image, _ in
            let copy = try await world.images(World.away).copy(.of(image, name: "copy"))
            let change = try SharingChange(adding: [.everyone], removing: [])
            if try await world.describe(copy)?.state == .pending {
                await expectFault(.invalidImageIDUnavailable) { try await world.images(World.away).share(copy.rawValue, change) }
            }
            _ = try await world.end(of: copy)
            try await world.images(World.away).share(copy.rawValue, change)
            _ = try await world.images(World.away).deregister(copy.rawValue, deletesSnapshots: true)
            await expectFault(.invalidImageIDUnavailable) { try await world.images(World.away).share(copy.rawValue, change) }
            #expect(try await world.listed(by: Others.bob, in: World.away).isEmpty)
        }
    }

    @Test func pagesOfWhatIsSharedAreWhole() async throws {
        try await run { world, image, snapshot in
            var expected = [image]
            try await world.share(image, with: [.account(Others.bob)])
            for number in 0..<22 {
                let id = try await world.register("image \(number)", over: [snapshot])
                guard number % 2 == 0 else { continue }
                try await world.share(id, with: [.account(Others.bob)])
                expected.append(id)
            }
            var (found, token): ([ImageID], String?) = ([], nil)
            repeat {
                var query = ImageQuery()
                query.page = PageRequest(maxResults: 5, nextToken: token)
                let page = try await Images(world.call(World.home, by: Others.bob)).describe(query)
                found += page.elements.map(\.id)
                token = page.nextToken
            } while token != nil
            #expect(found == expected.sorted())
        }
    }

    @Test func whatIsNotAllowedIsMarkedOrGone() async throws {
        try await run { world, image, snapshot in
            try await world.share(image, with: [.account(Others.bob)], storage: [snapshot])
            let bob = world.call(World.home, by: Others.bob)
            let controls = SharingControls(bob)
            func marks() async throws -> [Bool] { try await Images(bob).describe(ImageQuery()).elements.map(\.isAllowed) }
            try await controls.replaceCriteria(by: [ImageCriterion(providers: [Others.carol.rawValue])])
            #expect(try await marks() == [true])
            try await controls.allowImages(.auditMode)
            #expect(try await marks() == [false])
            #expect(try await world.listed(by: Others.bob) { $0.filters = [Filter(name: "image-allowed", values: ["false"])] } == [image])
            let copy = try await Images(bob).copy(.of(image, name: "audited"))
            try await controls.allowImages(.enabled)
            #expect(try await world.listed(by: Others.bob) == [copy])
            await expectFault(.invalidImageIDNotFound) { _ = try await world.listed(by: Others.bob) { $0.ids = [image.rawValue] } }
            await expectFault(.invalidImageIDNotFound) { _ = try await Images(bob).copy(.of(image, name: "copy")) }
            try await controls.replaceCriteria(by: [ImageCriterion(providers: [World.account.rawValue])])
            #expect(try await marks() == [true, true])
            await expectFault(.invalidParameterValue) { try await controls.replaceCriteria(by: [ImageCriterion(providers: ["me"])]) }
        }
    }
}
