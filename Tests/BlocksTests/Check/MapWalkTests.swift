import Blocks
import NIOCore
import TestSupport
import Testing

struct MapWalkTests {
    @Test func tellsWhichRootsListWhatIsDamaged() async throws {
        try await StoreFixture.run { fixture in
            let store = try await fixture.open()
            let writer = store.writer()
            let shared = try await writer.putPage(of: [1, 2, 3])
            let other = try await writer.putPage(of: [4, 5])
            func root(_ pages: [BlockMapPage], gigabytes: UInt64) async throws -> Digest {
                let entries = pages.enumerated().map {
                    BlockMapRoot.Entry(page: UInt32($0.offset), blockCount: UInt16($0.element.count), digest: $0.element.digest)
                }
                return try await writer.put(root: BlockMapRoot(volumeBytes: gigabytes << 30, entries: entries))
            }
            let roots = [
                MapWalk.Root(digest: try await root([shared], gigabytes: 1), name: "one"),
                MapWalk.Root(digest: try await root([other, shared], gigabytes: 1), name: "two"),
                MapWalk.Root(digest: try await root([other], gigabytes: 1), name: "three"),
            ]
            try await writer.flush()
            func walk(_ damaged: Set<Digest> = []) async throws -> [MapWalk.Finding] {
                try await MapWalk(storage: fixture.disk, index: fixture.index, pool: fixture.pool, damaged: damaged).run(roots)
            }
            #expect(try await walk() == [])

            let block = shared.allDigests[1]
            let location = try #require(fixture.index.all[block])
            fixture.disk.flip(location.pack.fileName, at: Int(location.offset) + 85)
            let damaged = try await fixture.scrub().damagedAddresses
            #expect(
                try await walk(damaged) == [
                    .init(name: "one", address: block, kind: .block, blockIndex: 3, isMissing: false),
                    .init(name: "two", address: block, kind: .block, blockIndex: 1_027, isMissing: false),
                ]
            )
            fixture.disk.flip(location.pack.fileName, at: Int(location.offset) + 85)

            // A page that cannot be opened is found without a scrub.
            let page = try #require(fixture.index.all[other.digest])
            fixture.disk.flip(page.pack.fileName, at: Int(page.offset) + 85)
            #expect(
                try await walk().map { [$0.name, "\($0.kind)", "\($0.blockIndex ?? 0)"] }
                    == [["two", "page", "0"], ["three", "page", "0"]]
            )
            let missing = MapWalk.Root(digest: Digest(sha256: [9]), name: "four")
            let finding = try await MapWalk(storage: fixture.disk, index: fixture.index, pool: fixture.pool).run([missing])
            #expect(finding == [.init(name: "four", address: missing.digest, kind: .root, blockIndex: nil, isMissing: true)])
        }
    }
}
