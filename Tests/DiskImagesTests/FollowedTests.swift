import DiskImages
import Foundation
import TestSupport
import Testing

/// Disks that are spread over files, read for those who trust them: all of the files are whole, or nothing is converted.
@Suite struct FollowedTests {
    private func contents(of name: String, in shop: Workshop) async throws -> [UInt8]? {
        try await DamageTests.contents(of: name, in: shop, following: true)
    }

    private func refusal(_ name: String, in shop: Workshop) async -> DiskImageError? {
        await #expect(throws: DiskImageError.self) {
            let disk = try DiskImage.inspect(shop.path(name), accepting: DiskFormat.readable, following: true)[0]
            _ = try await WholeDisk(proving: disk)
        }
    }

    /// A disk of three layers, each with bytes of its own.
    private func makeChain(in shop: Workshop, base: String = "vmdk") throws {
        try shop.run("qemu-img", ["convert", "-f", "raw", "-O", base, "disk.raw", "base.\(base)"])
        try shop.run("mkdir", ["-p", "over"])
        try shop.run("qemu-img", ["create", "-f", "qcow2", "-F", base, "-b", "../base.\(base)", "over/middle.qcow2"])
        try shop.run("qemu-io", ["-f", "qcow2", "-c", "write -P 7 1M 128k", "over/middle.qcow2"])
        try shop.run("qemu-img", ["create", "-f", "qcow2", "-F", "qcow2", "-b", "over/middle.qcow2", "top.qcow2"])
        try shop.run("qemu-io", ["-f", "qcow2", "-c", "write -P 8 2M 64k", "top.qcow2"])
    }

    @Test(arguments: ["raw", "vmdk", "qcow2", "vdi", "qed"])
    func aChainIsReadAndEachLayerIsWhole(base: String) async throws {
        try await Workshop.use { shop in
            var bytes = try shop.makeDisk(megabytes: 3)
            try makeChain(in: shop, base: base)
            bytes.replaceSubrange(1 << 20..<(1 << 20) + 131_072, with: [UInt8](repeating: 7, count: 131_072))
            bytes.replaceSubrange(2 << 20..<(2 << 20) + 65_536, with: [UInt8](repeating: 8, count: 65_536))
            #expect(try await contents(of: "top.qcow2", in: shop) == bytes)
            #expect(try shop.run("qemu-img", ["compare", "-f", "qcow2", "-F", "raw", "top.qcow2", "product"]).contains("identical"))
            for name in ["top.qcow2", "over/middle.qcow2"] + (base == "raw" ? [] : ["base.\(base)"]) {
                let whole = try shop.bytes(of: name)
                try shop.write(Array(whole.prefix(whole.count / 2)), to: name)
                #expect(await refusal("top.qcow2", in: shop)?.kind == .content, "\(name)")
                try shop.write(whole, to: name)
            }
            try shop.run("rm", ["base.\(base)"])
            #expect(await refusal("top.qcow2", in: shop)?.kind == .file)
        }
    }

    @Test func namesThatLeadNowhereAreRefused() async throws {
        try await Workshop.use { shop in
            _ = try shop.makeDisk(megabytes: 1)
            try shop.run("qemu-img", ["create", "-f", "qcow2", "one.qcow2", "1M"])
            try shop.run("qemu-img", ["create", "-f", "qcow2", "-F", "qcow2", "-b", "one.qcow2", "two.qcow2"])
            func rebase(_ name: String, on backing: String) throws {
                try shop.run("qemu-img", ["rebase", "-u", "-f", "qcow2", "-F", "qcow2", "-b", backing, name])
            }
            try rebase("one.qcow2", on: "two.qcow2")
            #expect(await refusal("two.qcow2", in: shop)?.cause.contains("circle") == true)
            try rebase("one.qcow2", on: "nbd://localhost/disk")
            #expect(await refusal("two.qcow2", in: shop)?.kind == .incomplete)
            try rebase("one.qcow2", on: "file:one.raw")
            try shop.run("mkfifo", ["one.raw"])
            #expect(await refusal("two.qcow2", in: shop)?.kind == .file)
        }
    }

    @Test(arguments: ["on", "off"])
    func anExternalDataFileIsWhole(raw: String) async throws {
        try await Workshop.use { shop in
            let bytes = try shop.makeDisk(megabytes: 3)
            let options = ["-o", "data_file=data,data_file_raw=\(raw)"]
            try shop.run("qemu-img", ["convert", "-f", "raw", "-O", "qcow2"] + options + ["disk.raw", "disk.qcow2"])
            #expect(try await contents(of: "disk.qcow2", in: shop) == bytes)
            try shop.change("data") { $0.removeLast($0.count / 3) }
            #expect(await refusal("disk.qcow2", in: shop)?.kind == .content)
        }
    }

    @Test(arguments: ["monolithicFlat", "twoGbMaxExtentFlat", "twoGbMaxExtentSparse"])
    func theExtentsOfAVMDKAreWhole(type: String) async throws {
        try await Workshop.use { shop in
            let bytes = try shop.makeDisk(megabytes: 3)
            try shop.run("qemu-img", ["convert", "-f", "raw", "-O", "vmdk", "-o", "subformat=\(type)", "disk.raw", "disk.vmdk"])
            #expect(try await contents(of: "disk.vmdk", in: shop) == bytes)
            let extent = try #require(shop.names.first { $0.hasPrefix("disk-") })
            // What is given in place of the descriptor.
            let part = try? DiskImage.inspect(shop.path(extent), accepting: DiskFormat.readable, following: true)
            #expect(part == nil)
            if type.hasSuffix("Sparse") {
                let error = #expect(throws: DiskImageError.self) { try DiskImage.inspect(shop.path(extent)) }
                #expect(error?.cause.contains("give the descriptor") == true && error?.kind == .incomplete)
            }
            for missing in [1, 512, 70_000] {
                let whole = try shop.bytes(of: extent)
                try shop.write(Array(whole.dropLast(missing)), to: extent)
                if let found = try await contents(of: "disk.vmdk", in: shop) { #expect(found == bytes && type.hasSuffix("Sparse")) }
                try shop.write(whole, to: extent)
            }
            try shop.change(extent) { $0.removeLast($0.count / 2) }
            #expect(await refusal("disk.vmdk", in: shop)?.kind == .content)
        }
    }

    /// QEMU passes over extents that it cannot write to, and others, and the disk would be shorter by them.
    @Test(arguments: [
        "RDONLY 2048 FLAT \"part\" 0", "rw 2048 FLAT \"part\" 0", "NOACCESS 2048 ZERO", "RW 2048 ZERO", "RW 2048 SESPARSE \"part\"",
    ])
    func anExtentThatWouldBeLeftOutIsRefused(line: String) async throws {
        try await Workshop.use { shop in
            try shop.write([UInt8](repeating: 7, count: 1 << 20), to: "part")
            func describe(_ lines: String...) throws {
                let text = "# Disk DescriptorFile\nversion=1\nCID=11111111\nparentCID=ffffffff\ncreateType=\"monolithicFlat\"\n"
                try shop.write(Array((text + lines.joined(separator: "\n") + "\n").utf8), to: "disk.vmdk")
            }
            try describe("RW 2048 FLAT \"part\" 0")
            #expect(try await contents(of: "disk.vmdk", in: shop)?.count == 1 << 20)
            try describe("RW 2048 FLAT \"part\" 0", line)
            #expect(await refusal("disk.vmdk", in: shop)?.kind == .incomplete)
        }
    }

    @Test func theParentOfAVMDKIsRead() async throws {
        try await Workshop.use { shop in
            var bytes = try shop.makeDisk(megabytes: 3)
            try shop.run("qemu-img", ["convert", "-f", "raw", "-O", "vmdk", "disk.raw", "base.vmdk"])
            try shop.run("qemu-img", ["create", "-f", "vmdk", "-F", "vmdk", "-b", "base.vmdk", "child.vmdk"])
            try shop.run("qemu-io", ["-f", "vmdk", "-c", "write -P 7 1M 64k", "child.vmdk"])
            bytes.replaceSubrange(1 << 20..<(1 << 20) + 65_536, with: [UInt8](repeating: 7, count: 65_536))
            #expect(try await contents(of: "child.vmdk", in: shop) == bytes)
            try shop.change("base.vmdk") { $0.removeLast(66_000) }
            #expect(await refusal("child.vmdk", in: shop)?.kind == .content)
        }
    }
}
