import DiskImages
import Foundation
import TestSupport
import Testing

/// Files that refer to another file of the machine, or cost more than they are: refused before qemu-img sees them. None gets a byte
/// of the other file into a product.
@Suite struct StrangersFileTests {
    private static let secret = Array("what is nobody's business but this machine's".utf8)

    /// A raw file and a VMDK full of the secret.
    private func makeSecret(in shop: Workshop) throws {
        let bytes = (0..<(1 << 20) / Self.secret.count + 1).flatMap { _ in Self.secret }
        try shop.write(Array(bytes.prefix(1 << 20)), to: "secret.raw")
        try shop.run("qemu-img", ["convert", "-f", "raw", "-O", "vmdk", "secret.raw", "secret.vmdk"])
    }

    private func refusal(_ name: String, in shop: Workshop) -> DiskImageError? {
        #expect(throws: DiskImageError.self) { try DiskImage.inspect(shop.path(name), accepting: DiskFormat.readable) }
    }

    private static func descriptor(_ type: String, _ extent: String, parent: String = "ffffffff") -> [UInt8] {
        Array("# Disk DescriptorFile\nversion=1\nCID=11111111\nparentCID=\(parent)\ncreateType=\"\(type)\"\n\(extent)\n".utf8)
    }

    @Test func aTextDescriptorIsRefused() async throws {
        try await Workshop.use { shop in
            try makeSecret(in: shop)
            try shop.write(Self.descriptor("monolithicFlat", "RW 2048 FLAT \"\(shop.path("secret.raw"))\" 0"), to: "disk.vmdk")
            // QEMU would follow it, so the test is about something.
            try shop.run("qemu-img", ["convert", "-f", "vmdk", "-O", "raw", "disk.vmdk", "followed"])
            #expect(try shop.bytes(of: "followed").starts(with: Self.secret))
            #expect(refusal("disk.vmdk", in: shop)?.kind == .reference)
        }
    }

    @Test func aHeaderWithoutCapacityIsRefused() async throws {
        try await Workshop.use { shop in
            try makeSecret(in: shop)
            _ = try shop.makeDisk()
            try Form.imported[0].make("disk.vmdk", in: shop)
            try shop.change("disk.vmdk") { file in
                file.replaceSubrange(12..<20, with: [UInt8](repeating: 0, count: 8))
                let text = Self.descriptor("monolithicFlat", "RW 2048 FLAT \"\(shop.path("secret.raw"))\" 0")
                file.replaceSubrange(512..<512 + 10_240, with: text + [UInt8](repeating: 0, count: 10_240 - text.count))
            }
            try shop.run("qemu-img", ["convert", "-f", "vmdk", "-O", "raw", "disk.vmdk", "followed"])
            #expect(try shop.bytes(of: "followed").starts(with: Self.secret))
            #expect(refusal("disk.vmdk", in: shop)?.kind == .incomplete)
        }
    }

    @Test func aParentIsRefusedAndNeverOpened() async throws {
        try await Workshop.use { shop in
            try makeSecret(in: shop)
            try shop.run("qemu-img", ["create", "-f", "vmdk", "-F", "vmdk", "-b", shop.path("secret.vmdk"), "child.vmdk"])
            try shop.run("qemu-img", ["convert", "-f", "vmdk", "-O", "raw", "child.vmdk", "followed"])
            #expect(try shop.bytes(of: "followed").starts(with: Self.secret))
            #expect(refusal("child.vmdk", in: shop)?.kind == .reference)
            // The word behind the end of the descriptor's own lines, and a parent's name without its number.
            try shop.change("child.vmdk") { file in
                let text = String(decoding: file[512..<10_752], as: UTF8.self)
                let changed = text.replacing(#/parentCID=[0-9a-f]+/#, with: "parentCID=ffffffff")
                file.replaceSubrange(512..<10_752, with: Array(changed.utf8))
            }
            #expect(refusal("child.vmdk", in: shop)?.kind == .reference)
            // A file that is another one by the time that it is converted.
            try shop.run("qemu-img", ["convert", "-f", "raw", "-O", "vmdk", "secret.raw", "disk.vmdk"])
            let disk = try #require(try DiskImage.inspect(shop.path("disk.vmdk")).first)
            try shop.run("qemu-img", ["create", "-f", "vmdk", "-F", "vmdk", "-b", shop.path("secret.vmdk"), "disk.vmdk"])
            await #expect(throws: DiskImageError.self) { try await DiskConverter(reserve: 0).convert(disk, to: shop.path("back")) }
            #expect(try !shop.names.contains("back"))
        }
    }

    @Test(arguments: [
        "RW 18442 FLAT \"/etc/hostname\" 0", "RW 18442 SPARSE \"a.vmdk\"\nRW 18442 SPARSE \"/etc/hostname\"", "RW 1 VMFS \"x\"",
    ])
    func anotherExtentIsRefused(extent: String) async throws {
        try await Workshop.use { shop in
            _ = try shop.makeDisk()
            try Form.imported[0].make("disk.vmdk", in: shop)
            try shop.change("disk.vmdk") { file in
                let text = Self.descriptor("monolithicSparse", extent)
                file.replaceSubrange(512..<512 + 10_240, with: text + [UInt8](repeating: 0, count: 10_240 - text.count))
            }
            #expect(refusal("disk.vmdk", in: shop)?.kind == .incomplete)
        }
    }

    @Test func backingAndDataFilesOfQcow2AreRefused() async throws {
        try await Workshop.use { shop in
            try makeSecret(in: shop)
            try shop.run("qemu-img", ["create", "-f", "qcow2", "-F", "raw", "-b", shop.path("secret.raw"), "backed"])
            try shop.run("qemu-img", ["create", "-f", "qcow2", "-o", "data_file=\(shop.path("data")),data_file_raw=on", "split", "1M"])
            #expect(refusal("backed", in: shop) == DiskImageError(.reference, "The file refers to a backing file."))
            #expect(refusal("split", in: shop) == DiskImageError(.reference, "The file refers to an external data file."))
            // What is trusted is followed.
            let followed = try DiskImage.inspect(shop.path("backed"), accepting: DiskFormat.readable, following: true)
            try await DiskConverter(reserve: 0).convert(followed[0], to: shop.path("back"))
            #expect(try shop.bytes(of: "back") == shop.bytes(of: "secret.raw"))
        }
    }

    @Test func differencingDisksAreRefused() async throws {
        try await Workshop.use { shop in
            _ = try shop.makeDisk()
            try Form.imported[2].make("disk.vhd", in: shop)
            try shop.change("disk.vhd") { file in
                file[63] = 4
                VHDFooter.seal(&file, at: 0)
            }
            #expect(refusal("disk.vhd", in: shop)?.kind == .incomplete)
            try Form.imported[4].make("disk.vhdx", in: shop)
            try shop.change("disk.vhdx") { file in
                let id: [UInt8] = [0x37, 0x67, 0xA1, 0xCA, 0x36, 0xFA, 0x43, 0x4D, 0xB3, 0xB6, 0x33, 0xF0, 0xAA, 0x44, 0xE7, 0x6B]
                let entry = try #require(file.firstRange(of: id)?.lowerBound)
                let table = try #require(file.firstRange(of: Array("metadata".utf8))?.lowerBound)
                let offset = file[entry + 16..<entry + 20].reversed().reduce(0) { $0 << 8 | Int($1) }
                file[table + offset + 4] |= 0b10
            }
            #expect(
                refusal("disk.vhdx", in: shop) == DiskImageError(.incomplete, "The VHDX is differencing: merge it with its parent first.")
            )
            try Form.others[3].make("disk.vdi", in: shop)
            try shop.change("disk.vdi") { $0[76] = 4 }
            #expect(refusal("disk.vdi", in: shop)?.kind == .incomplete)
        }
    }

    @Test(arguments: [UInt64(1) << 40, 1 << 55, .max])
    func aHugeDiskIsRefused(sectors: UInt64) async throws {
        try await Workshop.use { shop in
            _ = try shop.makeDisk()
            for form in Form.imported[0...1] {
                try form.make("disk.vmdk", in: shop)
                try shop.change("disk.vmdk") { $0.replaceSubrange(12..<20, with: withUnsafeBytes(of: sectors.littleEndian) { Array($0) }) }
                #expect(refusal("disk.vmdk", in: shop)?.kind == .size)
            }
        }
    }

    @Test func theCallersBoundCounts() async throws {
        try await Workshop.use { shop in
            let bytes = try shop.makeDisk()
            let path = try Form.imported[0].make("disk.vmdk", in: shop)
            #expect(try DiskImage.inspect(path, mostVirtualBytes: Int64(bytes.count)).count == 1)
            let error = #expect(throws: DiskImageError.self) { try DiskImage.inspect(path, mostVirtualBytes: Int64(bytes.count) - 1) }
            #expect(error?.cause == "The disk has \(bytes.count) bytes, and \(bytes.count - 1) are allowed.")
        }
    }

    @Test(arguments: [(20, [UInt8](arrayLiteral: 0, 0, 0x20)), (44, [0, 4]), (20, [7])])
    func tablesThatCostAreRefused(place: Int, bytes: [UInt8]) async throws {
        try await Workshop.use { shop in
            _ = try shop.makeDisk()
            try Form.imported[0].make("disk.vmdk", in: shop)
            try shop.change("disk.vmdk") { $0.replaceSubrange(place..<place + bytes.count, with: bytes) }
            #expect(refusal("disk.vmdk", in: shop)?.kind == .content)
        }
    }

    @Test func aPipeAndAFolderAreNoDisks() async throws {
        try await Workshop.use { shop in
            try shop.run("mkfifo", ["pipe"])
            #expect(refusal("pipe", in: shop)?.kind == .file)
            #expect(refusal(".", in: shop)?.kind == .file)
            #expect(refusal("absent", in: shop)?.kind == .file)
        }
    }
}
