import Bundles
import NIOCore
import TestSupport
import Testing

/// A bundle that is wrong in one place is refused, and the cause says where.
@Suite struct BadBundleTests {
    static let disk = TestDisk(Array("a disk that is not large".utf8) + [UInt8](repeating: 1, count: 5_000))

    private func expect(_ cause: String, _ body: () throws -> Void, _ place: SourceLocation = #_sourceLocation) {
        let error = #expect(throws: BundleError.self, sourceLocation: place) { try body() }
        #expect(error?.cause.contains(cause) == true, "\(error?.cause ?? "")", sourceLocation: place)
    }

    @Test(arguments: seeds(60))
    func aFlippedByteOfAPart(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var bundle = try BundleBox(Self.disk)
        var part = try #require(bundle.parts["disk.part.00"])
        part[Int.random(in: part.indices, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
        bundle.parts["disk.part.00"] = part
        #expect(throws: BundleError.self) { try bundle.opened() }
        // Also when the part's digest was made to fit: the image's is not.
        bundle.manifest.parts[0].digest = SHA1Sum.of(part)
        #expect(throws: BundleError.self) { try bundle.opened() }
    }

    @Test func aDamagedPartIsNamed() throws {
        var bundle = try BundleBox(Self.disk)
        bundle.manifest.parts[0].digest[3] ^= 1
        expect("Part 0, \"disk.part.00\", is damaged") { _ = try bundle.opened() }
    }

    @Test func aMissingPart() throws {
        let unbundler = Unbundler(try BundleBox(Self.disk).manifest, key: BundleBox.key)
        expect("Part 0 of the bundle is missing") { try unbundler.finish() }
    }

    @Test func anExtraPart() throws {
        var bundle = try BundleBox(Self.disk)
        bundle.parts["more"] = [UInt8](repeating: 3, count: 16)
        bundle.manifest.parts.append(BundlePart(name: "more", digest: SHA1Sum.of([UInt8](repeating: 3, count: 16))))
        expect("The parts have more than") { _ = try bundle.opened() }
        bundle.manifest.bundledSize += 16
        expect("do not decrypt") { _ = try bundle.opened() }
    }

    @Test func wrongSizes() throws {
        var bundle = try BundleBox(Self.disk)
        bundle.manifest.bundledSize += 1
        expect("the manifest says") { _ = try bundle.opened() }
        bundle = try BundleBox(Self.disk)
        bundle.manifest.size += 1
        expect("The image in the bundle has \(Self.disk.bytes.count) bytes") { _ = try bundle.opened() }
    }

    @Test func aWrongDigestOfTheImage() throws {
        var bundle = try BundleBox(Self.disk)
        bundle.manifest.digest[0] ^= 1
        expect("is not the one that the manifest describes") { _ = try bundle.opened() }
    }

    @Test func bombs() throws {
        // A file larger than the manifest says stops at its header, zeros without a file and zeros behind the file after 1 MiB of them.
        let zeros = [UInt8](repeating: 0, count: 64 << 20)
        expect("The image in the bundle has 67108864 bytes") { _ = try BundleBox(archive: Archive.of(zeros), size: 100).opened() }
        expect("does not end where its image does") { _ = try BundleBox(archive: zeros, size: 100).opened() }
        let padded = try Archive.of([1, 2, 3]) + zeros
        expect("does not end where its image does") { _ = try BundleBox(archive: padded, size: 3).opened() }
    }

    @Test(arguments: ["../disk", "/disk", "a/../../b", "a\u{1}b", "a\nb", ""])
    func pathTricks(name: String) throws {
        let archive = try Archive.of([1, 2, 3], name: name)
        expect("a name that leads elsewhere") { _ = try BundleBox(archive: archive, size: 3).opened() }
    }

    @Test func twoMembers() throws {
        let archive = try Archive.of([1, 2, 3]).prefix(1_024) + Archive.of([1, 2, 3])
        expect("several members") { _ = try BundleBox(archive: Array(archive), size: 3).opened() }
    }

    @Test(arguments: zip("123456", ["a link", "a link", "not a regular", "not a regular", "a folder", "not a regular"]))
    func whatIsNoFile(type: Character, cause: String) throws {
        let archive = try Archive.of([]) { $0[156] = type.asciiValue ?? 0 }
        expect(cause) { _ = try BundleBox(archive: archive, size: 3).opened() }
    }

    @Test func noArchive() throws {
        expect("is not a tar archive") { _ = try BundleBox(archive: [UInt8](repeating: 65, count: 2_000), size: 3).opened() }
        expect("holds no file") { _ = try BundleBox(archive: [UInt8](repeating: 0, count: 1_024), size: 3).opened() }
        expect("ends in the middle") { _ = try BundleBox(archive: Array(Archive.of([1, 2, 3]).prefix(600)), size: 3).opened() }
    }

    @Test func truncatedGzip() throws {
        let archive = try Archive.of(Self.disk.bytes)
        for cut in [1, 8, 20] {
            expect("do not decrypt") {
                _ = try BundleBox(archive: archive, size: Int64(Self.disk.bytes.count)) { Array(try Gzip.compress($0).dropLast(cut)) }
                    .opened()
            }
        }
    }

    @Test func somethingBehindTheGzip() throws {
        expect("do not decrypt") {
            _ = try BundleBox(archive: Archive.of([1, 2, 3]), size: 3) { try Gzip.compress($0) + [1, 2, 3] }.opened()
        }
    }

    /// Two gzip members one after the other are one stream.
    @Test func aGzipOfTwoMembers() throws {
        let bundle = try BundleBox(archive: Archive.of([1, 2, 3]), size: 3) {
            try Gzip.compress(Array($0.prefix(100))) + Gzip.compress(Array($0.dropFirst(100)))
        }
        #expect(try bundle.opened() == [1, 2, 3])
    }

    @Test func badPadding() throws {
        // Without its last block, what ends the ciphertext is no padding.
        var bundle = try BundleBox(Self.disk)
        let part = Array(try #require(bundle.parts["disk.part.00"]).dropLast(16))
        bundle.parts["disk.part.00"] = part
        bundle.manifest.parts[0].digest = SHA1Sum.of(part)
        bundle.manifest.bundledSize -= 16
        expect("do not decrypt") { _ = try bundle.opened() }
        // And half a block is no ciphertext.
        bundle.parts["disk.part.00"] = Array(part.dropLast(8))
        bundle.manifest.parts[0].digest = SHA1Sum.of(Array(part.dropLast(8)))
        bundle.manifest.bundledSize -= 8
        expect("do not decrypt") { _ = try bundle.opened() }
    }

    /// A wrapped key that does not open, one that opens to something else, and one for another key look the same from outside.
    @Test func aWrappedKeySaysNothing() throws {
        let bundle = try BundleBox(Self.disk)
        var guesses = [WrappedKey(key: [UInt8](repeating: 1, count: 256), iv: bundle.manifest.ec2.iv)]
        guesses.append(WrappedKey(key: bundle.manifest.ec2.key, iv: [UInt8](repeating: 1, count: 256)))
        guesses.append(WrappedKey(key: [UInt8](repeating: 0, count: 128), iv: bundle.manifest.ec2.iv))
        guesses.append(try BundleKey().wrapped(for: Identity.region.certificate))
        guesses.append(bundle.manifest.user)
        for guess in guesses {
            var guessed = bundle
            guessed.manifest.ec2 = guess
            let error = #expect(throws: BundleError.self) { try guessed.opened() }
            #expect(error == .undecipherable)
        }
        let open = #expect(throws: BundleError.self) { try BundleKey(unwrapping: guesses[0], with: Identity.region.key) }
        #expect(open == #expect(throws: BundleError.self) { try BundleKey(unwrapping: bundle.manifest.user, with: Identity.region.key) })
    }
}
