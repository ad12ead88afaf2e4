import Bundles
import Foundation
import Hexadecimal
import NIOCore
import TestSupport
import Testing

/// In both directions with the programs that the format is made of.
@Suite struct ToolTests {
    @Test(arguments: SparseArchives.forms)
    func theirBundlesAreOpened(form: SparseArchives.Form) throws {
        try Tool.inFolder { folder in
            var random = SeededGenerator(seed: 11)
            let disk = SparseArchives.disk + random.bytes(300_000)
            let bundle = try made(
                of: disk,
                options: form.options + (form.options.contains("--sparse") ? ["--hole-detection=raw"] : []),
                in: folder
            )
            #expect(try bundle.opened() == disk)
            #expect(try bundle.opened(key: BundleKey(unwrapping: bundle.manifest.user, with: Identity.user.key)) == disk)
        }
    }

    @Test func theirBundlesOfSeveralParts() throws {
        try Tool.inFolder { folder in
            var random = SeededGenerator(seed: 12)
            let disk = random.bytes(11 << 20)
            let bundle = try made(of: disk, options: [], in: folder)
            #expect(bundle.parts.count == 2)
            #expect(try bundle.opened() == disk)
        }
    }

    @Test(arguments: ["gnu", "posix"])
    func theirLongNames(format: String) throws {
        try Tool.inFolder { folder in
            let name = String(repeating: "long", count: 40)
            try Data([1, 2, 3]).write(to: folder.appending(path: name))
            try Tool.run("tar", ["--create", "-f", "tar", "--format=\(format)", name], in: folder)
            let archive = [UInt8](try Data(contentsOf: folder.appending(path: "tar")))
            #expect(try Archive.read(archive, size: 3).map { Array($0.bytes.readableBytesView) } == [[1, 2, 3]])
        }
    }

    /// Sizes that eleven octal digits do not hold, which only holes make small enough for a test.
    @Test(arguments: [["--format=gnu"], ["--format=posix", "--sparse-version=0.1"], ["--format=posix"]])
    func theirSparseDisksOfNineGiB(options: [String]) throws {
        try Tool.inFolder { folder in
            try Tool.run("truncate", ["--size", "\(9 << 30)", "disk"], in: folder)
            let file = try FileHandle(forWritingTo: folder.appending(path: "disk"))
            try file.seek(toOffset: 9 << 30 - 4_096)
            try file.write(contentsOf: Data(repeating: 5, count: 4_096))
            try file.close()
            try Tool.run("tar", ["--create", "-f", "tar", "--sparse"] + options + ["disk"], in: folder)
            let archive = [UInt8](try Data(contentsOf: folder.appending(path: "tar")))
            let extents = try Archive.read(archive, size: 9 << 30)
            let end: Int64 = 9 << 30
            #expect(try #require(extents.first).offset == end - 4_096)
            #expect(extents.flatMap { Array($0.bytes.readableBytesView) } == [UInt8](repeating: 5, count: 4_096))
        }
    }

    @Test(arguments: seeds(5))
    func theyOpenOurBundles(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let disk = TestDisk.random(&random, pieces: 120)
        try Tool.inFolder { folder in
            let bundle = try BundleBox(disk)
            for (name, bytes) in bundle.parts { try Data(bytes).write(to: folder.appending(path: name)) }
            try Data(bundle.manifest.signed(by: Identity.user.key)).write(to: folder.appending(path: "disk.manifest.xml"))
            try write(Identity.user, "user", in: folder)
            try write(Identity.region, "ec2", in: folder)
            for owner in ["user", "ec2"] {
                try Tool.script("open-bundle", ["disk.manifest.xml", "\(owner).key", "user.cert", owner, "image"], in: folder)
                #expect([UInt8](try Data(contentsOf: folder.appending(path: "image"))) == disk.bytes)
            }
        }
    }

    /// The archive alone: what tar says of it, and a size that needs GNU's base-256.
    @Test func theyReadOurArchives() throws {
        try Tool.inFolder { folder in
            var map = SparseMap(size: 9 << 30 + 3)
            try map.append(SparseMap.Extent(offset: 9 << 30, length: 3))
            let writer = TarWriter(name: "root.img", time: 1_700_000_000, map: map)
            try Data(writer.head + [1, 2, 3] + writer.tail).write(to: folder.appending(path: "tar"))
            #expect(writer.totalBytes == 10_240)
            let listed = try Tool.run("env", ["TZ=UTC", "tar", "--list", "--verbose", "-f", "tar"], in: folder)
            #expect(listed == "-rw------- 0/0      9663676419 2023-11-14 22:13 root.img\n")
            #expect(Hex.encode(SHA1Sum.of(writer.head + [1, 2, 3] + writer.tail)) == "3c308eddd9530ccd19bc1fb605c0df2258d1d790")
        }
    }

    private func write(_ identity: Identity, _ name: String, in folder: URL) throws {
        try Data(identity.pems.certificatePEM.utf8).write(to: folder.appending(path: "\(name).cert"))
        try Data(identity.pems.privateKeyPEM.utf8).write(to: folder.appending(path: "\(name).key"))
    }

    /// A bundle of the script's, its signature checked.
    private func made(of disk: [UInt8], options: [String], in folder: URL) throws -> BundleBox {
        try Data(disk).write(to: folder.appending(path: "disk"))
        try write(Identity.user, "user", in: folder)
        try write(Identity.region, "ec2", in: folder)
        try Tool.script("make-bundle", ["disk", ".", "user.cert", "user.key", "ec2.cert"] + options, in: folder)
        let signed = try SignedManifest(parsing: [UInt8](try Data(contentsOf: folder.appending(path: "made.manifest.xml"))))
        try signed.verify(signedBy: Identity.user.certificate)
        var parts: [String: [UInt8]] = [:]
        for part in signed.manifest.parts { parts[part.name] = [UInt8](try Data(contentsOf: folder.appending(path: part.name))) }
        var bundle = try BundleBox(TestDisk([1]))
        (bundle.manifest, bundle.parts) = (signed.manifest, parts)
        return bundle
    }
}
