import Domain
import Services
import TestSupport
import Testing

/// Snapshots of one account, and what others make of them.
@Suite struct SharedStorageTests {
    private func run(_ body: (World, ImageID, SnapshotID) async throws -> Void) async throws {
        try await World.run { world in
            try await world.reconciling {
                let snapshot = try await world.snapshot([0: 1, 3: 2])
                try await body(world, try await world.register("web", over: [snapshot]), snapshot)
            }
        }
    }

    /// An image alone does not open what it is made of.
    @Test(arguments: [World.home, World.away])
    func aCopyNeedsTheImageAndItsStorage(_ destination: Region) async throws {
        try await run { world, image, snapshot in
            let bob = world.call(destination, by: Others.bob)
            try await world.share(image, with: [.account(Others.bob)])
            let fault = await expectFault(.invalidRequest) { _ = try await Images(bob).copy(.of(image, name: "copy")) }
            #expect(fault?.message == "You do not have permission to access the storage of this ami")
            try await world.share(snapshot, with: [.account(Others.carol)])
            await expectFault(.invalidRequest) { _ = try await Images(bob).copy(.of(image, name: "copy")) }
            try await world.share(snapshot, with: [.everyone])

            let copy = try await Images(bob).copy(.of(image, name: "copy"))
            var query = ImageQuery()
            query.ids = [copy.rawValue]
            let asked = query
            try await until("the copy is available") { try await Images(bob).describe(asked).elements.first?.state == .available }
            let copied = try #require(try await Images(bob).describe(asked).elements.first)
            #expect(copied.owner == Others.bob)
            #expect(copied.source == Image.Source(id: image, region: World.home))
            #expect(!copied.isPublic)
            let disk = try #require(copied.snapshotIDs.first)
            #expect(try await world.listedSnapshots(by: Others.bob, in: destination) { $0.owners = ["self"] } == [disk])
            let blocks = try await BlockReads(bob).list(
                disk.rawValue,
                page: BlockPageRequest(maxResults: nil, nextToken: nil, startingBlockIndex: nil)
            )
            #expect(blocks.blocks.map(\.index) == [0, 3])
            // The owner of the source does not see it.
            await expectFault(.invalidImageIDNotFound) {
                _ = try await world.listed(by: World.account, in: destination) { $0.ids = [copy.rawValue] }
            }
        }
    }

    @Test func aSnapshotIsCopiedByWhomeverItIsSharedWith() async throws {
        try await run { world, _, snapshot in
            let bob = world.call(World.away, by: Others.bob)
            await expectFault(.invalidSnapshotNotFound) { _ = try await Snapshots(bob).copy(.of(snapshot)) }
            try await world.share(snapshot, with: [.account(Others.bob)])
            let copy = try await Snapshots(bob).copy(.of(snapshot))
            #expect(try await world.listedSnapshots(by: Others.bob, in: World.away) == [copy])
            #expect(try await world.listedSnapshots(by: World.account, in: World.away).isEmpty)
        }
    }

    @Test func whoListsWhat() async throws {
        try await run { world, _, snapshot in
            let other = try await world.snapshot([1: 1])
            try await world.share(snapshot, with: [.account(Others.bob)])
            try await world.share(other, with: [.everyone])
            let both = [snapshot, other].sorted()
            #expect(try await world.listedSnapshots(by: Others.bob) == both)
            #expect(try await world.listedSnapshots(by: Others.bob) { $0.restorableBy = ["self"] } == [snapshot])
            #expect(try await world.listedSnapshots(by: Others.bob) { $0.restorableBy = ["all"] } == [other])
            #expect(try await world.listedSnapshots(by: Others.bob) { $0.owners = [World.account.rawValue] } == both)
            #expect(try await world.listedSnapshots(by: Others.bob) { $0.owners = ["self"] } == [])
            #expect(try await world.listedSnapshots(by: World.account) { $0.restorableBy = [Others.bob.rawValue] } == [snapshot])
            #expect(try await world.listedSnapshots(by: World.account) { $0.restorableBy = ["self"] } == both)
            #expect(try await world.listedSnapshots(by: Others.carol) == [other])
            // One that is there and not seen is left out; one that never was is an error.
            #expect(try await world.listedSnapshots(by: Others.carol) { $0.ids = [snapshot.rawValue, other.rawValue] } == [other])
            await expectFault(.invalidSnapshotNotFound) {
                _ = try await world.listedSnapshots(by: Others.carol) { $0.ids = ["snap-0ffffffffffffffff"] }
            }
        }
    }

    @Test func whatIsBlockedIsPublicNoMore() async throws {
        try await run { world, image, snapshot in
            let controls = SharingControls(world.call(World.home))
            try await world.share(image, with: [.account(Others.bob)])
            try await world.share(snapshot, with: [.everyone])
            try await controls.block(SnapshotBlockPublicAccess.blockNewSharing)
            #expect(try await world.listedSnapshots(by: Others.bob) == [snapshot])
            let other = try await world.snapshot([1: 1])
            await expectFault(.operationNotPermitted) { try await world.share(other, with: [.everyone]) }
            try await controls.block(SnapshotBlockPublicAccess.blockAllSharing)
            #expect(try await world.listedSnapshots(by: Others.bob).isEmpty)
            #expect(try await world.listedSnapshots(by: Others.bob) { $0.ids = [snapshot.rawValue] } == [])
            let bob = world.call(World.home, by: Others.bob)
            await expectFault(.invalidRequest) { _ = try await Images(bob).copy(.of(image, name: "copy")) }
            await expectFault(.invalidSnapshotNotFound) { _ = try await Snapshots(bob).copy(.of(snapshot)) }
            // The permission is kept, and counts again.
            #expect(try await world.snapshots(World.home).createVolumePermissions(of: snapshot.rawValue) == [.everyone])
            try await controls.block(SnapshotBlockPublicAccess.unblocked)
            #expect(try await world.listedSnapshots(by: Others.bob) == [snapshot])
        }
    }

    @Test func blocksAreReadByAccountsThatAreNamed() async throws {
        try await run { world, _, snapshot in
            let page = BlockPageRequest(maxResults: nil, nextToken: nil, startingBlockIndex: nil)
            let reads = BlockReads(world.call(World.home, by: Others.bob))
            let token = try #require(try await world.reads(World.home).list(snapshot.rawValue, page: page).blocks.first?.token)
            func refuse(line: SourceLocation = #_sourceLocation) async {
                await expectFault(.resourceNotFoundException, sourceLocation: line) {
                    _ = try await reads.list(snapshot.rawValue, page: page)
                }
                await expectFault(.resourceNotFoundException, sourceLocation: line) {
                    _ = try await reads.changes(from: nil, to: snapshot.rawValue, page: page)
                }
                // Nor with a token that somebody has passed on.
                await expectFault(.resourceNotFoundException, sourceLocation: line) {
                    _ = try await reads.get(snapshot.rawValue, blockIndex: 0, token: token)
                }
            }
            await refuse()
            try await world.share(snapshot, with: [.everyone])
            await refuse()
            try await world.share(snapshot, with: [.account(Others.bob)])
            let block = try #require(try await reads.list(snapshot.rawValue, page: page).blocks.first)
            #expect(try await reads.get(snapshot.rawValue, blockIndex: block.index, token: block.token).bytes == content(1))
            try await world.snapshots(World.home).resetCreateVolumePermissions(of: snapshot.rawValue)
            await refuse()
        }
    }

    /// What others make over a snapshot neither keeps it nor tells of itself, and nobody deletes another's.
    @Test func nobodyKeepsOrDeletesTheSnapshotsOfOthers() async throws {
        try await run { world, image, snapshot in
            let bob = world.call(World.home, by: Others.bob)
            await expectFault(.invalidSnapshotNotFound) { _ = try await Images(bob).register(.over([snapshot], name: "over")) }
            try await world.share(snapshot, with: [.account(Others.bob)])
            await expectFault(.authFailure) { try await Snapshots(bob).delete(snapshot.rawValue) }
            await expectFault(.authFailure) { _ = try await Snapshots(bob).createVolumePermissions(of: snapshot.rawValue) }
            let over = try await Images(bob).register(.over([snapshot], name: "over"))
            let second = try await Images(bob).register(.over([snapshot], name: "second"))
            let outcomes = try await Images(bob).deregister(second.rawValue, deletesSnapshots: true).map(\.outcome)
            #expect(outcomes == [.missingPermissions])
            #expect(try await world.listedSnapshots(by: World.account) == [snapshot])

            let deleted = try await world.images(World.home).deregister(image.rawValue, deletesSnapshots: true).map(\.outcome)
            #expect(deleted == [.success])
            await expectFault(.invalidImageIDUnavailable) { _ = try await Images(bob).copy(.of(over, name: "copy")) }
        }
    }

    /// Sharing that ended counts for one's own images over others' snapshots, too.
    @Test func onesOwnImageOpensNoStorageThatIsNoLongerShared() async throws {
        try await run { world, _, snapshot in
            let bob = world.call(World.home, by: Others.bob)
            try await world.share(snapshot, with: [.account(Others.bob)])
            let over = try await Images(bob).register(.over([snapshot], name: "over"))
            try await world.snapshots(World.home).resetCreateVolumePermissions(of: snapshot.rawValue)
            await expectFault(.invalidRequest) { _ = try await Images(bob).copy(.of(over, name: "copy")) }
            await expectFault(.invalidRequest) { _ = try await ImageStores(bob).store(over.rawValue, in: "bucket", tags: []) }
        }
    }

    @Test func onlyWhatIsMeantForTheAccountIsStored() async throws {
        try await run { world, image, snapshot in
            let stores = ImageStores(world.call(World.home, by: Others.bob))
            await expectFault(.invalidImageIDNotFound) { _ = try await stores.store(image.rawValue, in: "bucket", tags: []) }
            try await world.share(image, with: [.everyone], storage: [snapshot])
            await expectFault(.invalidRequest) { _ = try await stores.store(image.rawValue, in: "bucket", tags: []) }
            try await world.share(image, with: [.account(Others.bob)])
            await expectFault(.invalidRequest) { _ = try await stores.store(image.rawValue, in: "bucket", tags: []) }
            try await world.share(snapshot, with: [.account(Others.bob)])
            // All that is left to refuse is the bucket.
            let fault = await expectFault(.invalidParameterValue) { _ = try await stores.store(image.rawValue, in: "bucket", tags: []) }
            #expect(fault?.message.hasPrefix("The S3 bucket 'bucket' cannot be used") == true)
        }
    }
}
