import Bundles
import Foundation
import NIOCore
import TestSupport
import Testing

@Suite struct RoundTripTests {
    @Test(arguments: seeds(20))
    func aDiskComesBack(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let disk = TestDisk.random(&random)
        let bundle = try BundleBox(disk, level: Int.random(in: 1...9, using: &random), feeding: Int.random(in: 1...50_000, using: &random))
        #expect(try bundle.opened(feeding: Int.random(in: 1...70_000, using: &random)) == disk.bytes)
    }

    @Test func aDiskOfSeveralParts() throws {
        var random = SeededGenerator(seed: 5)
        let disk = TestDisk(random.bytes(25 << 20))
        let bundle = try BundleBox(disk)
        #expect(bundle.manifest.parts.map(\.name) == ["disk.part.00", "disk.part.01", "disk.part.02"])
        #expect(bundle.parts["disk.part.00"]?.count == 10_485_760)
        #expect(bundle.parts["disk.part.01"]?.count == 10_485_760)
        #expect(bundle.manifest.bundledSize == bundle.parts.values.reduce(0) { $0 + Int64($1.count) })
        #expect(try bundle.opened() == disk.bytes)
    }

    @Test func theSameOrderMakesTheSameParts() throws {
        var random = SeededGenerator(seed: 6)
        let disk = TestDisk.random(&random)
        let key = BundleKey()
        let (one, two) = (try BundleBox(disk, key: key, feeding: 1_000), try BundleBox(disk, key: key, feeding: 77_777))
        #expect(one.manifest.digest == two.manifest.digest)
        #expect(one.parts.keys == two.parts.keys)
        #expect(try BundleBox(disk, key: BundleKey()).parts != one.parts)
    }

    @Test func manyExtents() throws {
        var disk = TestDisk([UInt8](repeating: 0, count: 4_096 * 200 + 13))
        disk.extents = (0..<100).map { Int64($0) * 8_192..<Int64($0) * 8_192 + 4_096 }
        for extent in disk.extents {
            disk.bytes.replaceSubrange(Int(extent.lowerBound)..<Int(extent.upperBound), with: repeatElement(9, count: 4_096))
        }
        #expect(try BundleBox(disk).opened() == disk.bytes)
    }

    @Test func aDiskOfNothing() throws {
        var disk = TestDisk([UInt8](repeating: 0, count: 1 << 20))
        disk.extents = []
        let bundle = try BundleBox(disk)
        #expect(try bundle.opened() == disk.bytes)
        #expect(bundle.manifest.bundledSize < 1_000)
    }

    /// Pieces of an hour-long stream stand in memory one at a time; here through the closures that callers use.
    @Test func wholeBundlesThroughClosures() async throws {
        var random = SeededGenerator(seed: 7)
        let disk = TestDisk(random.bytes(3 << 20))
        let order = try BundleOrder(name: "x", size: Int64(disk.bytes.count), extents: disk.extents, key: BundleBox.key, time: Date())
        var pieces: [BundlePiece] = []
        let contents = try await Bundler.run(
            order,
            read: { ByteBuffer(bytes: disk.bytes[Int($0.lowerBound)..<Int($0.upperBound)]) },
            write: { pieces.append($0) }
        )
        let parts = BundleBox.collect(pieces)
        let manifest = try BundleBox.manifest(contents, key: BundleBox.key)
        var written = [UInt8](repeating: 0, count: disk.bytes.count)
        try await Unbundler.run(
            manifest,
            key: BundleBox.key,
            source: { part in
                AsyncStream { stream in
                    stream.yield(ByteBuffer(bytes: parts[part.name] ?? []))
                    stream.finish()
                }
            },
            write: { written.replaceSubrange(Int($0.offset)..<Int($0.offset) + $0.bytes.readableBytes, with: $0.bytes.readableBytesView) }
        )
        #expect(written == disk.bytes)
    }

    @Test(
        arguments: [
            (size: 0, extents: [0..<0]), (size: 10 << 30 + 1, extents: []), (size: 100, extents: [50..<101]),
            (size: 100, extents: [50..<60, 55..<70]),
        ] as [(size: Int64, extents: [Range<Int64>])]
    )
    func whatTheFormatDoesNotHold(size: Int64, extents: [Range<Int64>]) {
        #expect(throws: BundleError.self) { try BundleOrder(name: "x", size: size, extents: extents, key: BundleBox.key, time: Date()) }
    }

    @Test func aDiskThatChangedMeanwhile() throws {
        let bundler = try Bundler(BundleOrder(name: "x", size: 10, extents: [0..<10], key: BundleBox.key, time: Date()))
        _ = try bundler.feed(ByteBuffer(bytes: [1, 2, 3]))
        #expect(throws: BundleError.self) { try bundler.finish() }
    }
}
