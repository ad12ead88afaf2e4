import Domain
import Foundation
import Metadata
import Services
import Testing

@Suite struct DescribeImagesTests {
    /// Pages are read while images come and go: those that stay are seen once each, and none is seen twice.
    @Test(arguments: [5, 7, 1000])
    func pagingWhileImagesComeAndGo(pageSize: Int) async throws {
        try await World.run { world in
            var made: SnapshotID?
            try await world.reconciling { made = try await world.snapshot([0: 1]) }
            let snapshot = try #require(made)
            var stable: Set<ImageID> = []
            for number in 0..<30 { stable.insert(try await world.register("stable \(number)", over: [snapshot])) }
            let walked = try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<3 {
                    group.addTask {
                        var number = 0
                        while !Task.isCancelled {
                            number += 1
                            do {
                                let id = try await world.register("lane \(lane)-\(number)", over: [snapshot])
                                _ = try await world.images(World.home).deregister(id.rawValue, deletesSnapshots: false)
                            } catch is CancellationError {
                                return
                            }
                        }
                    }
                }
                var walks: [[ImageID]] = []
                for _ in 0..<10 { walks.append(try await walk(world, pageSize)) }
                group.cancelAll()
                try await group.waitForAll()
                return walks
            }
            for ids in walked {
                #expect(ids == ids.sorted())
                #expect(Set(ids).count == ids.count)
                #expect(stable.isSubset(of: ids))
            }
        }
    }

    private func walk(_ world: World, _ pageSize: Int) async throws -> [ImageID] {
        var (ids, query): ([ImageID], ImageQuery) = ([], ImageQuery())
        query.page.maxResults = pageSize
        repeat {
            let page = try await world.images(World.home).describe(query)
            #expect(page.elements.count <= pageSize)
            ids += page.elements.map(\.id)
            query.page.nextToken = page.nextToken
        } while query.page.nextToken != nil
        return ids
    }

    /// The largest page reads as often as the smallest: the row that tells of a next page comes with the others.
    @Test func thousandImagesAreReadAtOnce() async throws {
        try await World.run { world in
            let store = world.store(World.home)
            try await store.database.write { transaction in
                for number in 0..<1002 { try ImageTable(transaction).insert(Self.image(number)) }
            }
            func page(of size: Int) async throws -> (found: Int, hasNext: Bool, statements: UInt64) {
                let before = store.database.statistics.counts.statements
                var query = ImageQuery()
                query.page.maxResults = size
                let page = try await world.images(World.home).describe(query)
                return (page.elements.count, page.nextToken != nil, store.database.statistics.counts.statements - before)
            }
            let (small, large) = (try await page(of: 5), try await page(of: 1000))
            #expect(small.found == 5 && small.hasNext)
            #expect(large.found == 1000 && large.hasNext)
            #expect(large.statements == small.statements)
        }
    }

    private static func image(_ number: Int) -> Image {
        Image(
            id: known("ami-0" + String(0x1000_0000_0000_0000 + number, radix: 16)),
            owner: World.account,
            name: "image \(number)",
            description: "",
            state: .available,
            createdAt: Date(timeIntervalSince1970: 1_800_000_000),
            traits: MachineTraits(architecture: .amd64, virtualization: .hvm),
            rootDeviceName: "/dev/sda1",
            devices: []
        )
    }

    @Test func pagesOfWhatAFilterLeaves() async throws {
        try await World.run { world in
            try await world.reconciling {
                let snapshot = try await world.snapshot([0: 1])
                var expected: [ImageID] = []
                for number in 0..<23 {
                    let tag = Tag(key: "third", value: "\(number % 3)")
                    let id = try await world.register("image \(number)", over: [snapshot], tags: [tag])
                    if number % 3 == 1 { expected.append(id) }
                }
                // Found by an index, matched by a wildcard, and both.
                for filters in [
                    [Filter(name: "tag:third", values: ["1"])], [Filter(name: "tag:third", values: ["1*"])],
                    [
                        Filter(name: "tag:third", values: ["1"]), Filter(name: "name", values: ["image *"]),
                        Filter(name: "state", values: ["available"]),
                        Filter(name: "block-device-mapping.snapshot-id", values: [snapshot.rawValue]),
                    ],
                ] {
                    var (ids, query): ([ImageID], ImageQuery) = ([], ImageQuery())
                    query.filters = filters
                    query.page.maxResults = 5
                    repeat {
                        let page = try await world.images(World.home).describe(query)
                        ids += page.elements.map(\.id)
                        query.page.nextToken = page.nextToken
                    } while query.page.nextToken != nil
                    #expect(ids == expected.sorted())
                }
            }
        }
    }

    /// Each filter is matched by one of the snapshots, and the image by both filters.
    @Test func twoFiltersOfOneNameMayMeetTwoSnapshots() async throws {
        try await World.run { world in
            var snapshots: [SnapshotID] = []
            try await world.reconciling { for number in [1, 2] { snapshots.append(try await world.snapshot([0: UInt64(number)])) } }
            let image = try await world.register("two disks", over: snapshots)
            _ = try await world.register("one disk", over: [snapshots[0]])
            var query = ImageQuery()
            query.filters = snapshots.map { Filter(name: "block-device-mapping.snapshot-id", values: [$0.rawValue]) }
            #expect(try await world.images(World.home).describe(query).elements.map(\.id) == [image])
        }
    }

    @Test func whatIsAskedWronglyIsRefused() async throws {
        try await World.run { world in
            func refuse(_ code: FaultCode, _ change: (inout ImageQuery) -> Void, line: SourceLocation = #_sourceLocation) async {
                var query = ImageQuery()
                change(&query)
                let changed = query
                await expectFault(code, sourceLocation: line) { _ = try await world.images(World.home).describe(changed) }
            }
            await refuse(.invalidParameterValue) { $0.page.maxResults = 4 }
            await refuse(.invalidParameterValue) { $0.page.maxResults = 1001 }
            await refuse(.invalidNextToken) { $0.page.nextToken = "x" }
            await refuse(.invalidParameterValue) { $0.filters = [Filter(name: "nope", values: ["x"])] }
            await refuse(.invalidImageIDMalformed) { $0.ids = ["ami-nope"] }
            await refuse(.invalidImageIDNotFound) { $0.ids = ["ami-0ffffffffffffffff"] }
            await refuse(.invalidParameterCombination) {
                $0.ids = ["ami-0ffffffffffffffff"]
                $0.page.maxResults = 5
            }
        }
    }
}
