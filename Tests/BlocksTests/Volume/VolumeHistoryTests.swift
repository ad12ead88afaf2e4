import Blocks
import Glibc
import NIOCore
import TestSupport
import Testing

/// Random histories of a volume on a disk that fails, ended by kills and power cuts, against a model in memory.
struct VolumeHistoryTests {
    @Test(arguments: seeds(24)) func aGuestFindsWhatItWrote(seed: UInt64) async throws {
        try await VolumeFixture.run(encrypted: seed % 3 == 0) { fixture in
            var history = try await VolumeHistory(&fixture, seed: seed)
            for _ in 0..<2 { try await history.live(&fixture) }
        }
    }

    @Test(arguments: seeds(24)) func nothingDurableIsLostOnAFailingDisk(seed: UInt64) async throws {
        try await VolumeFixture.run(encrypted: seed % 3 == 0) { fixture in
            var history = try await VolumeHistory(&fixture, seed: seed)
            history.isFailing = true
            for _ in 0..<2 { try await history.live(&fixture) }
        }
    }
}

private struct VolumeHistory {
    var isFailing = false
    var generator: SeededGenerator
    var model: VolumeModel
    private var hasLostWrites = false
    /// Points that are not in the base, and what they hold; nil where a call failed whose sectors may hold either.
    private var points: [(point: VolumePoint, bytes: [UInt8]?)] = []

    init(_ fixture: inout VolumeFixture, seed: UInt64) async throws {
        generator = SeededGenerator(seed: seed)
        var bytes = [UInt8](repeating: 0, count: Int(fixture.volumeBytes))
        if !generator.oneIn(3) {
            let blocks: [UInt64: ByteBuffer] = [0: TestBlock.compressible(seed), 3: TestBlock.compressible(seed + 1)]
            try await fixture.makeBase(blocks)
            for (index, block) in blocks {
                let start = Int(index) * BlockSize.bytes
                bytes.replaceSubrange(start..<start + BlockSize.bytes, with: block.readableBytesView)
            }
        }
        model = VolumeModel(bytes)
    }

    /// One process, and how it ends.
    mutating func live(_ fixture: inout VolumeFixture) async throws {
        injectFaults(fixture)
        var volume: VolumeDisk
        do {
            volume = try await fixture.open()
        } catch is VolumeError {
            fixture.disk.setFaults(nil)
            volume = try await fixture.open()
        }
        fixture.disk.setFaults(nil)
        try await check(volume)
        injectFaults(fixture)
        for _ in 0..<20 {
            do {
                try await step(volume, &fixture)
            } catch let error as VolumeError {
                #expect([.noSpace, .io, .lostWrites].contains(error.code), "\(error)")
                hasLostWrites = try await !goesOn(volume, fixture)
                if hasLostWrites { break }
            }
        }
        fixture.disk.setFaults(nil)
        try await end(&fixture)
    }

    private mutating func injectFaults(_ fixture: VolumeFixture) {
        if isFailing { fixture.disk.setFaults(DiskFaults.failing(oneIn: 60).plan(seed: generator.next())) }
    }

    /// After a call that failed: whether the volume takes more. If it does, then what it says is durable is what its guest sees.
    private mutating func goesOn(_ volume: VolumeDisk, _ fixture: VolumeFixture) async throws -> Bool {
        fixture.disk.setFaults(nil)
        do {
            try await volume.flush()
        } catch let error as VolumeError where error.code == .lostWrites {
            return false
        }
        try await check(volume)
        model.flushed()
        injectFaults(fixture)
        return true
    }

    private mutating func check(_ volume: VolumeDisk) async throws {
        let seen = try await volume.all()
        #expect(model.wrongSector(in: seen) == nil)
    }

    private mutating func end(_ fixture: inout VolumeFixture) async throws {
        if generator.oneIn(3), !hasLostWrites {
            fixture.disk.kill()
            return try await check(try await fixture.open())
        }
        hasLostWrites = false
        fixture.powerCut(using: &generator)
        let seen = try await fixture.open().all()
        #expect(model.wrongSectorAfterPowerCut(in: seen) == nil)
        // Points are durable when they are answered.
        try await checkPoints(&fixture)
    }

    private mutating func checkPoints(_ fixture: inout VolumeFixture) async throws {
        let volume = try await fixture.open()
        for (point, bytes) in points {
            let laying = try await fixture.store.withWriter(in: fixture.domain) { try await volume.lay(point, with: $0) }
            guard let bytes else { continue }
            let laid = try await Self.bytes(of: laying.address, in: fixture)
            #expect(VolumeModel.difference(laid, bytes) == nil)
        }
    }

    private static func bytes(of root: Digest, in fixture: VolumeFixture) async throws -> [UInt8] {
        var copy = VolumeFixture(store: fixture.store, disk: FaultyDisk(), pool: fixture.pool, domain: fixture.domain)
        copy.base = root
        copy.volumeBytes = try await fixture.store.readRoot(root).volumeBytes
        return try await copy.open().all()
    }

    private mutating func step(_ volume: VolumeDisk, _ fixture: inout VolumeFixture) async throws {
        switch Int.random(in: 0..<20, using: &generator) {
        case 0..<8: try await write(volume, aligned: true)
        case 8..<10: try await write(volume, aligned: false)
        case 10..<13:
            try await volume.flush()
            model.flushed()
        case 13: try await zero(volume, edges: true)
        case 14: try await zero(volume, edges: false)
        case 15: try await freeze(volume)
        case 16: try await merge(volume, &fixture)
        case 17: try await grow(volume, &fixture)
        default: try await checkPart(volume)
        }
    }

    private mutating func place(aligned: Bool) -> Range<Int> {
        let unit = aligned ? VolumeModel.sector : 1
        let longest = generator.oneIn(5) ? 200 << 10 : 20 << 10
        let start = Int.random(in: 0..<model.current.count / unit, using: &generator) * unit
        let count = Int.random(in: 1...max(1, longest / unit), using: &generator) * unit
        return start..<min(start + count, model.current.count)
    }

    private mutating func write(_ volume: VolumeDisk, aligned: Bool) async throws {
        let range = place(aligned: aligned)
        let bytes = [UInt8](repeating: UInt8.random(in: 0...255, using: &generator), count: range.count)
        do {
            try await volume.write(bytes, at: range.lowerBound)
            model.write(bytes, at: range.lowerBound)
        } catch {
            model.failedWrite(bytes, at: range.lowerBound)
            throw error
        }
    }

    private mutating func zero(_ volume: VolumeDisk, edges: Bool) async throws {
        var range = place(aligned: !edges)
        if generator.oneIn(3) { range = range.lowerBound / BlockSize.bytes * BlockSize.bytes..<model.current.count }
        let bytes = [UInt8](repeating: 0, count: range.count)
        do {
            let wanted = UInt64(range.lowerBound)..<UInt64(range.upperBound)
            if edges { try await volume.zero(wanted) } else { try await volume.trim(wanted) }
            model.write(bytes, at: range.lowerBound)
        } catch {
            model.failedWrite(bytes, at: range.lowerBound)
            throw error
        }
    }

    private mutating func freeze(_ volume: VolumeDisk) async throws {
        guard points.count < 4 else { return }
        let (frozen, _) = try await VolumeDisk.freeze([volume])
        model.flushed()
        for point in frozen { points.append((point, model.doubted.isEmpty ? model.current : nil)) }
    }

    private mutating func merge(_ volume: VolumeDisk, _ fixture: inout VolumeFixture) async throws {
        guard let (point, bytes) = points.first else { return }
        let laying = try await fixture.merge(point, of: volume)
        points.removeAll { $0.point.layer <= point.layer }
        let laid = try await Self.bytes(of: laying.address, in: fixture)
        if let bytes { #expect(VolumeModel.difference(laid, bytes) == nil) }
        try await volume.rebase(onto: laying.address, mergedThrough: point.layer)
    }

    private mutating func grow(_ volume: VolumeDisk, _ fixture: inout VolumeFixture) async throws {
        guard model.current.count < 5 << 20 else { return }
        let bytes = model.current.count + VolumeModel.sector * Int.random(in: 1...100, using: &generator)
        try volume.grow(to: UInt64(bytes))
        model.grow(to: bytes)
        fixture.volumeBytes = UInt64(bytes)
    }

    private mutating func checkPart(_ volume: VolumeDisk) async throws {
        let range = place(aligned: false)
        guard model.doubted.isEmpty else { return }
        let seen = try await volume.bytes(UInt64(range.lowerBound)..<UInt64(range.upperBound))
        #expect(seen == ByteBuffer(bytes: model.current[range]))
    }
}
