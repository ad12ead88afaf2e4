import Blocks
import Foundation
import NIOCore
import TestSupport
import Testing

/// On a real file system.
struct LocalVolumeTests {
    @Test func aVolumeInAFolder() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "volume-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await VolumeFixture.run(encrypted: true) { fixture in
            let (store, domain, pool) = (fixture.store, fixture.domain, fixture.pool)
            func open() async throws -> VolumeDisk {
                try await VolumeDisk.open(folder: folder, base: nil, in: store, domain: domain, volumeBytes: 1 << 40, pool: pool)
            }
            var volume = try await open()
            #expect(try FileManager.default.attributesOfItem(atPath: folder)[.posixPermissions] as? Int == 0o700)
            try await volume.write(ByteBuffer(repeating: 3, count: 4 << 20), at: 1 << 39)
            try await volume.flush()
            let written = volume.allocatedBytes
            try await volume.trim(1 << 39..<(1 << 39) + (3 << 20))
            try await volume.flush()
            #expect(written - volume.allocatedBytes == 3 << 20)
            try await volume.close()
            volume = try await open()
            // The file system's word.
            #expect(volume.allocatedBytes <= (1 << 20) + (64 << 10))
            #expect(try await volume.read((1 << 39)..<(1 << 39) + (3 << 20)) == [.zeros(3 << 20)])
            #expect(try await volume.bytes((1 << 39) + (3 << 20)..<(1 << 39) + (4 << 20)) == ByteBuffer(repeating: 3, count: 1 << 20))
            let point = try #require(try await VolumeDisk.freeze([volume]).points.first)
            #expect(try await volume.dirtyBlocks(of: point, limit: 100).blocks.count == 8)
            try await volume.close()
            try await VolumeDisk.delete(folder: folder, pool: pool)
            #expect(!FileManager.default.fileExists(atPath: folder))
            try await VolumeDisk.delete(folder: folder, pool: pool)
        }
    }

    /// Each place is in a page of the map of its own, nearly.
    @Test func aVolumeThatIsWrittenAllOverTakesBoundedMemory() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "volume-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await VolumeFixture.run { fixture in
            let (volumeBytes, options) = (UInt64(16) << 40, VolumeOptions(cachedPages: 32, waitingPages: 128))
            // A flush comes by itself when 256 pages wait for the log, and those of the one before may wait for their place still.
            let bound = options.cachedPages + options.waitingPages + 2 * 256
            let volume = try await VolumeDisk.open(
                folder: folder,
                base: nil,
                in: fixture.store,
                volumeBytes: volumeBytes,
                pool: fixture.pool,
                options: options
            )
            var generator = SeededGenerator(seed: 16)
            var (places, most): ([UInt64], Int) = ([], 0)
            for number in 0..<1000 {
                let place = UInt64.random(in: 0..<volumeBytes / 4096, using: &generator) * 4096
                try await volume.write(ByteBuffer(repeating: UInt8(number % 255 + 1), count: 4096), at: place)
                places.append(place)
                most = max(most, volume.pagesInMemory)
            }
            #expect(most <= bound, "\(most) pages of 4 KiB")
            try await volume.flush()
            for (number, place) in places.enumerated() {
                #expect(try await volume.bytes(place..<place + 1) == ByteBuffer(repeating: UInt8(number % 255 + 1), count: 1))
                most = max(most, volume.pagesInMemory)
            }
            #expect(most <= bound, "\(most) pages of 4 KiB")
            #expect(volume.allocatedBytes <= 1000 * 8192)
            try await volume.close()
        }
    }

    @Test func aVolumeOf64TiBCostsNothingUntilItIsWritten() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "volume-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await VolumeFixture.run { fixture in
            let (store, pool, end) = (fixture.store, fixture.pool, BlockMapRoot.maximumVolumeBytes)
            func open() async throws -> VolumeDisk {
                try await VolumeDisk.open(folder: folder, base: nil, in: store, volumeBytes: end, pool: pool)
            }
            var volume = try await open()
            #expect(volume.allocatedBytes == 0)
            let places: [UInt64] = [1 << 44, end - 4096, (1 << 43) - 4096]
            for place in places { try await volume.write(ByteBuffer(repeating: 7, count: place == places[2] ? 8192 : 4096), at: place) }
            try await volume.flush()
            try await volume.close()
            volume = try await open()
            #expect(try await volume.bytes(end - 4096..<end) == ByteBuffer(repeating: 7, count: 4096))
            #expect(try await volume.bytes(places[2]..<places[2] + 8192) == ByteBuffer(repeating: 7, count: 8192))
            #expect(try await volume.read(end - (60 << 20)..<end - 4096) == [.zeros((60 << 20) - 4096)])
            #expect(volume.allocatedBytes <= 64 << 10)
            let point = try #require(try await VolumeDisk.freeze([volume]).points.first)
            let dirty = try await volume.dirtyBlocks(of: point, limit: 10)
            let size = UInt64(BlockSize.bytes)
            #expect(dirty.blocks == [places[2] / size, (1 << 43) / size, (1 << 44) / size, end / size - 1] && dirty.next == nil)
            try await volume.close()
            try await VolumeDisk.delete(folder: folder, pool: pool)
            #expect(!FileManager.default.fileExists(atPath: folder))
        }
    }
}
