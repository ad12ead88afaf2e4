import Blocks
import Glibc
import NIOCore
import Synchronization
import TestSupport
import Testing

/// Points in time, and how they come into the store.
struct VolumePointTests {
    @Test(arguments: [false, true]) func onlyWhatIsDirtyIsHashed(encrypted: Bool) async throws {
        try await VolumeFixture.run(encrypted: encrypted) { fixture in
            fixture.volumeBytes = 16 << 20
            try await fixture.makeBase(
                Dictionary(uniqueKeysWithValues: (0..<9).map { (UInt64($0 * 2), TestBlock.compressible(UInt64($0))) })
            )
            let volume = try await fixture.open()
            for block in [0, 7, 22] { try await volume.write([UInt8](repeating: 9, count: 5000), at: block * BlockSize.bytes + 3) }
            // Zeros are looked at, and neither hashed nor stored.
            try await volume.zero(UInt64(12 * BlockSize.bytes)..<UInt64(13 * BlockSize.bytes))
            let point = try #require(try await VolumeDisk.freeze([volume]).points.first)
            let before = fixture.store.statistics.counts
            let base = try #require(fixture.base)
            // Those who read meanwhile hash nothing.
            async let reading = volume.bytes(0..<10 << 20)
            let laying = try await fixture.merge(point, of: volume)
            _ = try await reading
            #expect(laying.dirtyBlocks == 4)
            let hashed = fixture.store.statistics.counts.bytesHashed - before.bytesHashed
            #expect(hashed >= 3 * UInt64(BlockSize.bytes) && Double(hashed) <= 1.02 * 3 * Double(BlockSize.bytes), "\(hashed)")
            #expect(laying.root.dataBlocks == 9 - 1 + 2)
            if encrypted { return }
            let changes = try await fixture.store.changes(from: base, to: laying.address, limit: 10)
            #expect(changes.map(\.index) == [0, 7, 12, 22] && changes[2].second == nil)
        }
    }

    @Test func pointsOfSeveralVolumesAreOfOneMoment() async throws {
        try await VolumeFixture.run { fixture in
            let first = try await fixture.open()
            let other = VolumeFixture(store: fixture.store, disk: FaultyDisk(), pool: fixture.pool, domain: .open)
            let second = try await other.open()
            let isOver = Atomic(false)
            async let writing: Void = {
                var number: UInt8 = 1
                while !isOver.load(ordering: .relaxed), number < 250 {
                    try await first.write([UInt8](repeating: number, count: 4096), at: 0)
                    try await second.write([UInt8](repeating: number, count: 4096), at: 0)
                    number += 1
                }
            }()
            for _ in 0..<5 {
                let (points, _) = try await VolumeDisk.freeze([first, second])
                var seen: [Int] = []
                for (volume, point) in zip([first, second], points) {
                    let laying = try await fixture.store.withWriter { try await volume.lay(point, with: $0) }
                    var copy = VolumeFixture(store: fixture.store, disk: FaultyDisk(), pool: fixture.pool, domain: .open)
                    copy.base = laying.address
                    seen.append(Int(try await copy.open().bytes(0..<1).readableBytesView.first ?? 0))
                }
                #expect(seen[0] == seen[1] || seen[0] == seen[1] + 1, "\(seen)")
            }
            isOver.store(true, ordering: .relaxed)
            try await writing
        }
    }

    @Test func whatIsInTheBaseIsRemovedByThoseWhoOpen() async throws {
        try await VolumeFixture.run { fixture in
            let volume = try await fixture.open()
            try await volume.write([1, 2, 3], at: 5000)
            let point = try #require(try await VolumeDisk.freeze([volume]).points.first)
            try await volume.write([4], at: 5000)
            _ = try await fixture.merge(point, of: volume)
            // The row is committed, and the process ends before the layer is gone.
            try await volume.flush()
            let again = try await fixture.open()
            #expect(!fixture.disk.names.contains { $0.hasPrefix("layer-0000000001") })
            #expect(again.layerCount == 1)
            #expect(Array(try await again.bytes(5000..<5003).readableBytesView) == [4, 2, 3])
            #expect(try await again.dirtyBlocks(of: VolumePoint(layer: 2, volumeBytes: fixture.volumeBytes), limit: 5).blocks == [0])
            await #expect(throws: VolumeError.self) {
                try await again.rebase(onto: try #require(fixture.base), mergedThrough: 2)
            }
        }
    }

    @Test func aPointThatNobodyWroteBehindTakesNoLayer() async throws {
        try await VolumeFixture.run { fixture in
            let volume = try await fixture.open()
            try await volume.write([1], at: 0)
            let first = try await VolumeDisk.freeze([volume]).points
            #expect(try await VolumeDisk.freeze([volume]).points == first)
            #expect(volume.layerCount == 2)
            let empty = try await fixture.merge(try #require(first.first), of: volume)
            try await volume.rebase(onto: empty.address, mergedThrough: 1)
            let again = try await VolumeDisk.freeze([volume]).points
            let laying = try await fixture.store.withWriter { try await volume.lay(try #require(again.first), with: $0) }
            #expect(laying.address == empty.address && laying.dirtyBlocks == 0)
        }
    }

    @Test func layersHaveALimit() async throws {
        try await VolumeFixture.run { fixture in
            fixture.options.layers = 3
            let volume = try await fixture.open()
            for number in 0..<2 {
                try await volume.write([UInt8(number)], at: 0)
                _ = try await VolumeDisk.freeze([volume])
            }
            try await volume.write([9], at: 0)
            await #expect(throws: VolumeError.self) { _ = try await VolumeDisk.freeze([volume]) }
            try await volume.write([10], at: 0)
            #expect(try await volume.all()[0] == 10)
        }
    }
}
