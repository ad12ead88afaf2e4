import Domain
import Services
import Testing

@Suite struct TagLimitTests {
    private func tags(_ range: Range<Int>, value: String = "v") -> [Tag] { range.map { Tag(key: "key \($0)", value: value) } }

    private func withImage(_ body: (World, ImageID, SnapshotID) async throws -> Void) async throws {
        try await World.run { world in
            try await world.reconciling {
                let snapshot = try await world.snapshot([0: 1])
                try await body(world, try await world.register("web", over: [snapshot]), snapshot)
            }
        }
    }

    @Test func fiftyTagsHoweverManyCalls() async throws {
        try await withImage { world, image, snapshot in
            let tagging = world.tags(World.home)
            try await tagging.create(tags(0..<30), on: [image.rawValue])
            try await tagging.create(tags(30..<50), on: [image.rawValue])
            await expectFault(.tagLimitExceeded) { try await tagging.create(tags(50..<51), on: [image.rawValue]) }
            await expectFault(.tagLimitExceeded) { try await tagging.create(tags(0..<51), on: [snapshot.rawValue]) }
            #expect(try await world.images(World.home).image(image.rawValue).tags.count == 50)

            // Replacing is not adding.
            try await tagging.create(tags(0..<50, value: "new"), on: [image.rawValue])
            #expect(try await world.images(World.home).image(image.rawValue).tags.allSatisfy { $0.value == "new" })
            // Half replaced, half new is one too many, and nothing of it is kept.
            await expectFault(.tagLimitExceeded) { try await tagging.create(tags(49..<51, value: "x"), on: [image.rawValue]) }
            #expect(try await world.images(World.home).image(image.rawValue).tags.allSatisfy { $0.value == "new" })

            try await tagging.delete([(key: "key 3", value: nil)], from: [image.rawValue])
            try await tagging.create(tags(50..<51), on: [image.rawValue])
            #expect(try await world.images(World.home).image(image.rawValue).tags.count == 50)
        }
    }

    @Test func allResourcesOrNone() async throws {
        try await withImage { world, image, snapshot in
            let tagging = world.tags(World.home)
            try await tagging.create(tags(0..<50), on: [snapshot.rawValue])
            await expectFault(.tagLimitExceeded) { try await tagging.create(tags(60..<61), on: [image.rawValue, snapshot.rawValue]) }
            #expect(try await world.images(World.home).image(image.rawValue).tags.isEmpty)
            await expectFault(.invalidImageIDNotFound) {
                try await tagging.create(tags(60..<61), on: [image.rawValue, "ami-0ffffffffffffffff"])
            }
            await expectFault(.invalidSnapshotNotFound) {
                try await tagging.delete([(key: "key 1", value: nil)], from: [snapshot.rawValue, "snap-0ffffffffffffffff"])
            }
            #expect(try await world.images(World.home).image(image.rawValue).tags.isEmpty)
            #expect(try await world.snapshots(World.home).snapshot(snapshot.rawValue).tags.count == 50)
            await expectFault(.invalidImageIDMalformed) { try await tagging.create([], on: ["ami-x"]) }
            await expectFault(.invalidSnapshotIDMalformed) { try await tagging.create([], on: ["snap-x"]) }
            await expectFault(.invalidID) { try await tagging.create([], on: ["nat-0123456789abcdef0"]) }
        }
    }

    @Test func concurrentCallsTogetherKeepTheLimit() async throws {
        try await withImage { world, image, _ in
            let results = await together(8) { number in
                try await world.tags(World.home).create(
                    (0..<10).map { Tag(key: "key \(number)-\($0)", value: "") },
                    on: [image.rawValue]
                )
            }
            #expect(results.count { (try? $0.get()) != nil } == 5)
            let tagged = try await world.images(World.home).image(image.rawValue)
            #expect(tagged.tags.count == 50)
        }
    }

    @Test func aCopyCannotHaveMoreEither() async throws {
        try await withImage { world, image, _ in
            try await world.tags(World.home).create(tags(0..<50), on: [image.rawValue])
            await expectFault(.tagLimitExceeded) {
                _ = try await world.images(World.away).copy(.of(image, name: "copy", copiesTags: true, imageTags: tags(50..<51)))
            }
            #expect(try await world.listing(of: World.away).isEmpty)
            let copy = try await world.images(World.away).copy(
                .of(image, name: "copy", copiesTags: true, imageTags: tags(49..<50, value: "won"))
            )
            let copied = try #require(try await world.describe(copy)).tags
            #expect(copied.count == 50)
            #expect(copied.first { $0.key == "key 49" }?.value == "won")
            let bare = try await world.images(World.away).copy(.of(image, name: "bare", imageTags: tags(0..<1)))
            #expect(try await world.describe(bare)?.tags == tags(0..<1))
        }
    }

    @Test func deletingByKeyByValueAndAll() async throws {
        try await withImage { world, image, _ in
            let tagging = world.tags(World.home)
            try await tagging.create(tags(0..<5), on: [image.rawValue])
            func keys() async throws -> [String] { try await world.images(World.home).image(image.rawValue).tags.map(\.key) }
            try await tagging.delete(
                [(key: "key 0", value: "other"), (key: "key 1", value: "v"), (key: "nope", value: nil)],
                from: [image.rawValue]
            )
            #expect(try await keys() == ["key 0", "key 2", "key 3", "key 4"])
            try await tagging.delete([], from: [image.rawValue])
            #expect(try await keys().isEmpty)
        }
    }

    @Test func describeTagsListsEachOnceOverPages() async throws {
        try await withImage { world, image, snapshot in
            let tagging = world.tags(World.home)
            try await tagging.create(tags(0..<17), on: [image.rawValue, snapshot.rawValue])
            var (seen, page): ([String], PageRequest) = ([], PageRequest(maxResults: 5))
            repeat {
                let next = try await tagging.describe([Filter(name: "key", values: ["key 1*"])], page: page)
                #expect(next.elements.count <= 5)
                seen += next.elements.map { "\($0.resourceID) \($0.tag.key)" }
                page.nextToken = next.nextToken
            } while page.nextToken != nil
            #expect(seen == seen.sorted())
            #expect(seen.count == 16)
            #expect(Set(seen).count == 16)
            let filters = [Filter(name: "resource-type", values: ["image"]), Filter(name: "tag:key 3", values: ["v"])]
            #expect(try await tagging.describe(filters, page: PageRequest()).elements.map(\.resourceID) == [image.rawValue])
        }
    }
}
