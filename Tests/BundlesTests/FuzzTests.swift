import Bundles
import NIOCore
import TestSupport
import Testing

/// Damaged input into the readers: each may refuse it, none may trap or hang, and none may hand out what lies outside the disk.
@Suite struct FuzzTests {
    @Test(arguments: seeds(4))
    func manifests(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let document = try ManifestTests.sample.signed(by: Identity.user.key)
        var accepted = 0
        for _ in 0..<2_000 {
            var changed = document
            Self.damage(&changed, using: &random)
            guard let read = try? SignedManifest(parsing: changed) else { continue }
            accepted += 1
            #expect(read.manifest.parts.allSatisfy { PartName.problem(with: $0.name) == nil })
            #expect((1...BundleLimits.imageBytes).contains(read.manifest.size))
        }
        #expect(accepted > 0)
    }

    @Test(arguments: seeds(4))
    func archives(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var accepted = 0
        for archive in try SparseArchives.all {
            for round in 0..<300 {
                var changed = archive.bytes
                Self.damage(&changed, using: &random, within: min(changed.count, 4_096))
                // Every second one has a good checksum, so that the fields behind it are reached.
                if round.isMultiple(of: 2), changed.count >= 512 {
                    changed.replaceSubrange(0..<512, with: Self.sealed(Array(changed[0..<512])))
                }
                guard let extents = try? Archive.read(changed, size: archive.size, feeding: Int.random(in: 1...5_000, using: &random))
                else {
                    continue
                }
                accepted += 1
                var reached: Int64 = 0
                for extent in extents {
                    #expect(extent.offset >= reached)
                    reached = extent.offset + Int64(extent.bytes.readableBytes)
                }
                #expect(reached <= archive.size)
            }
        }
        #expect(accepted > 0)
    }

    private static func sealed(_ header: [UInt8]) -> [UInt8] {
        var header = header
        Archive.seal(&header)
        return header
    }

    private static func damage(_ bytes: inout [UInt8], using random: inout SeededGenerator, within count: Int? = nil) {
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let place = Int.random(in: 0..<(count ?? bytes.count), using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 2: bytes[place] = UInt8.random(in: 0x30...0x39, using: &random)
            case 3: bytes.remove(at: place)
            default: bytes.insert(bytes[Int.random(in: 0..<(count ?? bytes.count), using: &random)], at: place)
            }
        }
    }
}
