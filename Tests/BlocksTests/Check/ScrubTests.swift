import Blocks
import NIOCore
import TestSupport
import Testing

struct ScrubTests {
    @Test func findsAFlippedBitInEveryRegionOfEveryKindOfFrame() async throws {
        try await StoreFixture.run { fixture in
            let writer = try await fixture.open().writer()
            let page = try await writer.putPage(of: [1, 2])
            let root = try BlockMapRoot(volumeBytes: 1 << 30, entries: [.init(page: 0, blockCount: 2, digest: page.digest)])
            try await writer.put(root: root)
            try await writer.put(TestBlock.incompressible(3))
            try await writer.flush()
            let clean = try await fixture.scrub()
            #expect(clean.isClean)
            #expect(clean.frames == 5)
            #expect(clean.plainBytes == UInt64(3 * BlockSize.bytes + page.encoded.count + root.encoded.count))
            let names = fixture.disk.names

            for (address, location) in fixture.index.all {
                let header = stride(from: 0, to: 80, by: location.kind == .root ? 1 : 7).map {
                    (place: $0, mask: UInt8(1) << UInt8($0 % 8))
                }
                let sealed = Int(location.storedLength)
                let payload = [0, 1, sealed / 2, sealed - 17, sealed - 16, sealed - 1].map { (place: 80 + $0, mask: UInt8(0x80)) }
                for (place, mask) in header + payload {
                    fixture.disk.flip(location.pack.fileName, at: Int(location.offset) + place, mask: mask)
                    let report = try await fixture.scrub()
                    #expect(report.damages.count == 1, "byte \(place)")
                    let damage = try #require(report.damages.first)
                    #expect(damage.address == address)
                    #expect(damage.offset == location.offset)
                    #expect(damage.pack == location.pack)
                    #expect(damage.kind == location.kind)
                    if place >= 80 { #expect(damage.cause == .seal) }
                    fixture.disk.flip(location.pack.fileName, at: Int(location.offset) + place, mask: mask)
                }
            }
            #expect(try await fixture.scrub().isClean)
            #expect(fixture.disk.names == names, "scrub writes nothing")
            #expect(fixture.disk.count(of: .create) == 1)
        }
    }

    @Test func namesTheFramesOfAMissingPack() async throws {
        try await StoreFixture.run(packBytes: 9_500) { fixture in
            let writer = try await fixture.open().writer()
            for number in 0..<8 { try await writer.put(TestBlock.compressible(UInt64(number))) }
            try await writer.flush()
            let gone = try #require(PackID(fileName: fixture.disk.names[0]))
            fixture.disk.delete(gone.fileName)
            let report = try await fixture.scrub()
            let lost = fixture.index.all.filter { $0.value.pack == gone }
            #expect(!lost.isEmpty && lost.count < 8)
            #expect(report.damagedAddresses == Set(lost.keys))
            #expect(report.damages.allSatisfy { $0.cause == .missingPack && $0.pack == gone })
            // The others are not affected, neither is opening the store.
            let store = try await fixture.open()
            for digest in fixture.index.all.keys where lost[digest] == nil { _ = try await store.read(digest) }
        }
    }

    @Test func reportsProgressAfterEachPack() async throws {
        try await StoreFixture.run(packBytes: 9_500) { fixture in
            let writer = try await fixture.open().writer()
            for number in 0..<8 { try await writer.put(TestBlock.compressible(UInt64(number))) }
            try await writer.flush()
            let seen = Counter()
            let report = try await Scrub(storage: fixture.disk, index: fixture.index, pool: fixture.pool).run { _ in seen.add() }
            #expect(seen.value == fixture.disk.names.count)
            #expect(report.packs == seen.value)
            #expect(report.frames == 8)
        }
    }
}
