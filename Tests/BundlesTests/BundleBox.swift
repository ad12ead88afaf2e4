import Bundles
import Foundation
import NIOCore
import TestSupport

/// A certificate with its key.
struct Identity: Sendable {
    let pems: RegionCertificate
    let certificate: RSACertificate
    let key: RSAPrivateKey

    init(_ name: String) {
        do {
            pems = try RegionCertificate.make(region: name, now: Date(timeIntervalSince1970: 1_700_000_000))
            certificate = try RSACertificate(pem: pems.certificatePEM)
            key = try RSAPrivateKey(pem: pems.privateKeyPEM)
        } catch {
            fatalError("no key for the tests: \(error)")
        }
    }

    static let user = Identity("user")
    static let region = Identity("eu-test-1")
    static let other = Identity("eu-test-2")
}

/// A disk with holes.
struct TestDisk: Sendable {
    var bytes: [UInt8]
    var extents: [Range<Int64>]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        extents = [0..<Int64(bytes.count)]
    }

    /// Data and holes in turn, of lengths that are no multiples of anything.
    static func random(_ random: inout SeededGenerator, pieces: Int = 30) -> TestDisk {
        var disk = TestDisk([])
        disk.extents = []
        for _ in 0..<Int.random(in: 1...pieces, using: &random) {
            let length = Int.random(in: 1...20_000, using: &random)
            if random.oneIn(2) {
                disk.bytes += [UInt8](repeating: 0, count: length)
            } else {
                let start = Int64(disk.bytes.count)
                disk.bytes += random.oneIn(2) ? random.bytes(length) : [UInt8](repeating: 7, count: length)
                disk.extents.append(start..<Int64(disk.bytes.count))
            }
        }
        return disk
    }
}

/// A bundle in memory.
struct BundleBox: Sendable {
    var manifest: BundleManifest
    var parts: [String: [UInt8]]

    static let key = BundleKey()

    init(_ disk: TestDisk, key: BundleKey = key, level: Int = 6, feeding piece: Int = 100_000) throws {
        let order = try BundleOrder(
            name: "disk",
            size: Int64(disk.bytes.count),
            extents: disk.extents,
            key: key,
            level: level,
            time: Date(timeIntervalSince1970: 1_700_000_000)
        )
        let bundler = try Bundler(order)
        var pieces = try bundler.begin()
        let data = order.extents.flatMap { disk.bytes[Int($0.lowerBound)..<Int($0.upperBound)] }
        for start in stride(from: 0, to: data.count, by: piece) {
            pieces += try bundler.feed(ByteBuffer(bytes: data[start..<min(start + piece, data.count)]))
        }
        let (last, contents) = try bundler.finish()
        parts = Self.collect(pieces + last)
        manifest = try Self.manifest(contents, key: key)
    }

    /// Around an archive that no bundler makes: gzip's and the parts' digests are right.
    init(archive: [UInt8], size: Int64, key: BundleKey = key, gzip: ([UInt8]) throws -> [UInt8] = { try Gzip.compress($0) }) throws {
        let whole = try Cipher.encrypt(gzip(archive), key)
        parts = ["disk.part.00": whole]
        manifest = try Self.manifest(
            BundleContents(
                digest: SHA1Sum.of(archive),
                size: size,
                bundledSize: Int64(whole.count),
                parts: [BundlePart(name: "disk.part.00", digest: SHA1Sum.of(whole))]
            ),
            key: key
        )
    }

    static func manifest(_ contents: BundleContents, key: BundleKey) throws -> BundleManifest {
        BundleManifest(
            software: BundleManifest.Software(name: "ferry", version: "1"),
            architecture: .amd64,
            name: "disk",
            account: "123456789012",
            contents: contents,
            ec2: try key.wrapped(for: Identity.region.certificate),
            user: try key.wrapped(for: Identity.user.certificate)
        )
    }

    static func collect(_ pieces: [BundlePiece]) -> [String: [UInt8]] {
        var parts: [String: [UInt8]] = [:]
        for case .bytes(let bytes, let name) in pieces { parts[name, default: []] += Array(bytes.readableBytesView) }
        return parts
    }

    /// The disk in it, opened with the Region's key.
    func opened(feeding piece: Int = 65_536, key: BundleKey? = nil) throws -> [UInt8] {
        let unbundler = Unbundler(manifest, key: key ?? BundleKey.unwrapped(manifest.ec2, with: Identity.region.key))
        var disk = [UInt8](repeating: 0, count: Int(manifest.size))
        var reached: Int64 = 0
        func drain() throws {
            while let extent = try unbundler.next() {
                precondition(extent.offset >= reached && extent.bytes.readableBytes > 0, "extents come in order")
                reached = extent.offset + Int64(extent.bytes.readableBytes)
                disk.replaceSubrange(Int(extent.offset)..<Int(reached), with: extent.bytes.readableBytesView)
            }
        }
        for part in manifest.parts {
            guard let bytes = parts[part.name] else { throw BundleError("missing") }
            for start in stride(from: 0, to: bytes.count, by: piece) {
                try unbundler.feed(ByteBuffer(bytes: bytes[start..<min(start + piece, bytes.count)]))
                try drain()
            }
            try unbundler.endPart()
        }
        try drain()
        try unbundler.finish()
        return disk
    }
}
