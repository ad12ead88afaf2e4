import Blocks
import Glibc
import NIOCore
import TestSupport
import Testing

struct VolumeDiskTests {
    private func expect(_ code: VolumeError.Code, at location: SourceLocation = #_sourceLocation, _ body: () async throws -> Void) async {
        do {
            try await body()
            Issue.record("no error, expected \(code)", sourceLocation: location)
        } catch let error as VolumeError {
            #expect(error.code == code, "\(error)", sourceLocation: location)
        } catch {
            Issue.record("\(error), expected \(code)", sourceLocation: location)
        }
    }

    @Test func rangesAndSizesBeyondTheVolumeAreRefused() async throws {
        try await VolumeFixture.run { fixture in
            let volume = try await fixture.open()
            let end = fixture.volumeBytes
            await expect(.outOfRange) { _ = try await volume.read(end - 1..<end + 1) }
            await expect(.outOfRange) { try await volume.write([1, 2], at: Int(end) - 1) }
            await expect(.outOfRange) { try await volume.zero(end..<end + 4096) }
            await expect(.outOfRange) { try volume.grow(to: end - 4096) }
            await expect(.outOfRange) { try volume.grow(to: end + 1) }
            await expect(.outOfRange) { try volume.grow(to: BlockMapRoot.maximumVolumeBytes + 4096) }
            fixture.volumeBytes = 0
            await expect(.outOfRange) { _ = try await fixture.open() }
        }
    }

    /// A guest that has been told that a write is done may flush it after the process has been replaced by another.
    @Test(arguments: [false, true]) func writesOutliveTheProcess(encrypted: Bool) async throws {
        try await VolumeFixture.run(encrypted: encrypted) { fixture in
            var volume = try await fixture.open()
            try await volume.write([UInt8](repeating: 1, count: 8192), at: 4096)
            try await volume.flush()
            try await volume.write([UInt8](repeating: 2, count: 4096), at: 4096)
            try await volume.write([UInt8](repeating: 3, count: 100_000), at: 1 << 20)
            try await volume.trim(8192..<12_288)
            fixture.disk.kill()
            volume = try await fixture.open()
            let seen = try await volume.all()
            #expect(seen[4096] == 2 && seen[8191] == 2 && seen[8192] == 0 && seen[1 << 20] == 3 && seen[(1 << 20) + 99_999] == 3)
            try await volume.flush()
            var generator = SeededGenerator(seed: 1)
            fixture.powerCut(using: &generator)
            #expect(try await fixture.open().all() == seen)
        }
    }

    /// More writes than the marks of one round hold.
    @Test func theMarksOfAProcessDoNotGrowForEver() async throws {
        try await VolumeFixture.run { fixture in
            let volume = try await fixture.open()
            for round in 0..<3 {
                for number in 0..<200 {
                    try await volume.write([UInt8(round + 1)], at: number * 4096)
                    try await volume.trim(UInt64(number * 4096)..<UInt64(number * 4096 + 4096))
                }
                try await volume.flush()
            }
            #expect(fixture.disk.contents("layer-0000000001.live").count < 300 << 10)
        }
    }

    @Test func anEncryptedVolumeHoldsNoPlainBytes() async throws {
        try await VolumeFixture.run(encrypted: true) { fixture in
            let volume = try await fixture.open()
            let secret = Array("what nobody is to read without the key".utf8)
            let sector = Array((0..<200).flatMap { _ in secret }.prefix(4096))
            for number in 0..<40 { try await volume.write(sector, at: number * 4096) }
            try await volume.write(secret, at: 300_001)
            try await volume.flush()
            var sealed: Set<[UInt8]> = []
            for name in fixture.disk.names {
                let bytes = fixture.disk.contents(name)
                #expect(!Self.contains(bytes, secret), "\(name)")
                if name.hasSuffix(".data") { for number in 0..<40 { sealed.insert(Array(bytes[number * 4096..<(number + 1) * 4096])) } }
            }
            #expect(sealed.count == 40, "equal sectors at different places look different")
            let seen = try await fixture.open().bytes(0..<4096)
            #expect(seen == ByteBuffer(bytes: sector))
        }
    }

    private static func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { bytes in part.withUnsafeBytes { part in memmem(bytes, part) } }
    }

    private static func memmem(_ bytes: UnsafeRawBufferPointer, _ part: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count >= part.count, let first = part.baseAddress, let start = bytes.baseAddress else { return false }
        return (0...bytes.count - part.count).contains { memcmp(start + $0, first, part.count) == 0 }
    }

    @Test func anotherKeyDoesNotOpenIt() async throws {
        try await VolumeFixture.run(encrypted: true) { fixture in
            try await fixture.open().close()
            let other = VolumeFixture(store: fixture.store, disk: fixture.disk, pool: fixture.pool, domain: .open)
            await expect(.damaged) { _ = try await other.open() }
        }
    }

    @Test func whatIsTrimmedTakesNoSpace() async throws {
        try await VolumeFixture.run { fixture in
            let volume = try await fixture.open()
            try await volume.write([UInt8](repeating: 5, count: 1 << 20), at: 0)
            try await volume.flush()
            let before = fixture.disk.usedBytes
            #expect(volume.allocatedBytes == 1 << 20)
            try await volume.trim(100..<(512 << 10) + 100)
            try await volume.flush()
            #expect(volume.allocatedBytes == (512 << 10) + 4096)
            #expect(before - fixture.disk.usedBytes > 400 << 10)
            #expect(
                try await volume.extents(0..<2 << 20, limit: 10).map(\.isZero) == [false, true, false, true]
            )
            #expect(try await volume.extents(0..<2 << 20, limit: 2).map(\.range) == [0..<4096, 4096..<512 << 10])
        }
    }

    @Test func aVolumeStaysWithinItsQuota() async throws {
        try await VolumeFixture.run { fixture in
            fixture.options.quotaBytes = 256 << 10
            let volume = try await fixture.open()
            try await volume.write([UInt8](repeating: 5, count: 256 << 10), at: 0)
            await expect(.noSpace) { try await volume.write([1], at: 1 << 20) }
            try await volume.write([UInt8](repeating: 6, count: 256 << 10), at: 0)
            #expect(try await volume.all()[1 << 20] == 0)
            try await volume.trim(0..<8192)
            try await volume.flush()
            try await volume.write([1], at: 1 << 20)
            #expect(try await volume.all()[1 << 20] == 1)
        }
    }

    @Test func aVolumeLeavesTheDiskItsReserve() async throws {
        try await VolumeFixture.run { fixture in
            fixture.options.reservedBytes = 1 << 20
            fixture.disk.setCapacity(2 << 20)
            let volume = try await fixture.open()
            await expect(.noSpace) {
                for number in 0..<32 { try await volume.write([UInt8](repeating: 5, count: 64 << 10), at: number * 64 << 10) }
            }
            #expect(try fixture.disk.freeBytes() >= 512 << 10)
            try await volume.flush()
            try await volume.trim(0..<1 << 20)
            try await volume.flush()
            try await volume.write([9], at: 0)
        }
    }

    /// What a guest floods its disk with ends while others still find room, and it may write again when there is more.
    @Test func aVolumeLeavesMoreTheMoreItTakes() async throws {
        try await VolumeFixture.run { fixture in
            fixture.options.reservedBytes = 1 << 20
            fixture.volumeBytes = 64 << 20
            fixture.disk.setCapacity(19 << 20)
            let volume = try await fixture.open()
            var written = 0
            await expect(.noSpace) {
                while written < 64 << 20 {
                    try await volume.write([UInt8](repeating: 5, count: 256 << 10), at: written)
                    written += 256 << 10
                }
            }
            // Two of the 18 MiB beside the reserve, give or take what is asked for at once, and the marks.
            #expect((14 << 20...16 << 20).contains(written), "\(written)")
            #expect(try fixture.disk.freeBytes() >= 2 << 20)
            try await volume.flush()
            fixture.disk.setCapacity(64 << 20)
            try await volume.write([6], at: written)
            #expect(try await volume.all()[written] == 6)
        }
    }

    @Test func afterASyncThatFailedNothingIsTaken() async throws {
        try await VolumeFixture.run { fixture in
            let volume = try await fixture.open()
            try await volume.write([UInt8](repeating: 1, count: 4096), at: 0)
            try await volume.flush()
            try await volume.write([UInt8](repeating: 2, count: 4096), at: 0)
            fixture.disk.setFaults { $0.call == .sync ? .error(EIO) : nil }
            await expect(.io) { try await volume.flush() }
            fixture.disk.setFaults(nil)
            await expect(.lostWrites) { try await volume.flush() }
            await expect(.lostWrites) { try await volume.write([1], at: 0) }
            #expect([1, 2].contains(try await fixture.open().all()[0]))
        }
    }

    @Test func damageIsFound() async throws {
        try await VolumeFixture.run { fixture in
            var volume = try await fixture.open()
            try await volume.write([UInt8](repeating: 1, count: 4096), at: 0)
            _ = try await VolumeDisk.freeze([volume])
            let name = "layer-0000000001.map"
            // One copy of the header is enough.
            fixture.disk.flip(name, at: 20)
            fixture.disk.flip(name, at: 8192 + 100)
            volume = try await fixture.open()
            await expect(.damaged) { _ = try await volume.all() }
            fixture.disk.flip(name, at: 4096 + 20)
            await expect(.damaged) { _ = try await fixture.open() }
            fixture.disk.delete(name)
            await expect(.damaged) { _ = try await fixture.open() }
        }
    }

    @Test func layersThatAreMissingAreNoticed() async throws {
        try await VolumeFixture.run { fixture in
            let volume = try await fixture.open()
            for number in 0..<3 {
                try await volume.write([UInt8(number)], at: number)
                _ = try await VolumeDisk.freeze([volume])
            }
            for part in ["data", "map"] { fixture.disk.delete("layer-0000000002.\(part)") }
            await expect(.damaged) { _ = try await fixture.open() }
        }
    }

    @Test func aClosedVolumeTakesNothing() async throws {
        try await VolumeFixture.run { fixture in
            let volume = try await fixture.open()
            try await volume.write([1], at: 0)
            try await volume.close()
            await expect(.closed) { try await volume.write([2], at: 0) }
            #expect(try await fixture.open().all()[0] == 1)
        }
    }
}
