import DiskImages
import TestSupport
import Testing

@Suite struct DetectionTests {
    @Test func formatsAreKnownByTheirMagic() {
        func detect(_ head: [UInt8], at offset: Int = 0) -> DiskFormat {
            DiskFormat.detect(head: [UInt8](repeating: 0, count: offset) + head, tail: [UInt8](repeating: 0, count: 512))
        }
        #expect(detect(Array("KDMV".utf8)) == .vmdk)
        #expect(detect(Array("COWD".utf8)) == .vmdk)
        #expect(detect(Array("# Disk DescriptorFile\n".utf8)) == .vmdk)
        #expect(detect(Array("conectix".utf8)) == .vhd)
        #expect(detect(Array("vhdxfile".utf8)) == .vhdx)
        #expect(detect(Array("ustar\0".utf8), at: 257) == .ova)
        #expect(detect([0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 3]) == .qcow2)
        #expect(detect([0x7F, 0x10, 0xDA, 0xBE], at: 64) == .vdi)
        #expect(detect([0x1F, 0x8B, 0x08, 0]) == .gzip)
        #expect(detect([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]) == .xz)
        #expect(detect([0xEB, 0x63, 0x90]) == .raw)
        #expect(DiskFormat.detect(head: [], tail: []) == .raw)
        #expect(DiskFormat.detect(head: [0xEB], tail: Array("conectix".utf8) + [UInt8](repeating: 0, count: 504)) == .vhd)
        // A magic number elsewhere is what the guest wrote.
        #expect(detect(Array("KDMV".utf8), at: 1) == .raw)
    }

    @Test func namesOfEC2AreReadInAnyCase() {
        #expect(["RAW", "VMDK", "VHD", "VHDX", "OVA"].map { DiskFormat(ec2Name: $0) } == [.raw, .vmdk, .vhd, .vhdx, .ova])
        #expect(DiskFormat(ec2Name: "vmdk") == .vmdk)
        #expect(["QCOW2", "ISO", "", "VMDK "].map { DiskFormat(ec2Name: $0) } == [nil, nil, nil, nil])
        #expect(DiskFormat.imported.allSatisfy { DiskFormat(ec2Name: $0.name) == $0 })
    }

    @Test(arguments: Form.imported + Form.others)
    func formatsThatQEMUMakes(form: Form) async throws {
        try await Workshop.use { shop in
            _ = try shop.makeDisk()
            #expect(try DiskFormat.detect(in: form.make("disk", in: shop)) == form.format)
        }
    }

    @Test func whatIsNotReadIsRefusedByName() async throws {
        try await Workshop.use { shop in
            _ = try shop.makeDisk()
            let path = try Form.others[0].make("disk.qcow2", in: shop)
            let error = #expect(throws: DiskImageError.self) { try DiskImage.inspect(path) }
            #expect(error?.kind == .format)
            #expect(error?.cause == "The file is in qcow2 format; RAW, VMDK, VHD, VHDX, OVA are accepted.")
            let packed = try shop.write([0x1F, 0x8B, 0x08, 0] + [UInt8](repeating: 1, count: 600), to: "packed")
            #expect(throws: DiskImageError(.format, "The file is packed with gzip: unpack it first.")) { try DiskImage.inspect(packed) }
            #expect(throws: DiskImageError(.format, "The file is said to be VHD, and is RAW.")) {
                try DiskImage.inspect(shop.path("disk.raw"), as: .vhd)
            }
        }
    }

    @Test func rawIsNotDoubted() async throws {
        try await Workshop.use { shop in
            let path = try shop.write(Array("KDMV".utf8) + [UInt8](repeating: 7, count: 1_000), to: "disk")
            let disk = try #require(try DiskImage.inspect(path, as: .raw).first)
            #expect(disk.format == .raw && disk.virtualBytes == 1_004)
            #expect(throws: DiskImageError.self) { try DiskImage.inspect(path) }
        }
    }

    /// A fixed VHD that was cut short has no magic number left; only its name tells what it was.
    @Test(arguments: ["disk.vhd", "disk.VHDX", "disk-flat.vmdk", "box.ova", "disk.qcow2", "disk.vdi", "disk.raw.gz"])
    func whatIsCalledAsAFormatAndIsNoneIsRefused(name: String) async throws {
        try await Workshop.use { shop in
            let path = try shop.write([UInt8](repeating: 7, count: 4_096), to: name)
            let error = #expect(throws: DiskImageError.self) { try DiskImage.inspect(path, accepting: DiskFormat.readable) }
            #expect(error?.kind == .format)
            #expect(try DiskImage.inspect(path, as: .raw)[0].virtualBytes == 4_096)
            // Where it comes from is what counts.
            #expect(try DiskImage.inspect(path, named: "disk.img")[0].format == .raw)
        }
    }

    @Test func aRawDiskMayBeginWithATarArchive() async throws {
        try await Workshop.use { shop in
            try shop.write([UInt8](repeating: 7, count: 4_096), to: "file")
            try shop.run("tar", ["--create", "-f", "disk.img", "--format=ustar", "file"])
            #expect(try DiskImage.inspect(shop.path("disk.img"), accepting: [.raw])[0].format == .raw)
            // Behind the archive, whatever was there before.
            try shop.change("disk.img") { $0.replaceSubrange($0.count - 1_024..<$0.count, with: [UInt8](repeating: 9, count: 1_024)) }
            #expect(try DiskImage.inspect(shop.path("disk.img"))[0].format == .raw)
            try shop.run("cp", ["disk.img", "disk"])
            #expect(throws: DiskImageError.self) { try DiskImage.inspect(shop.path("disk")) }
            #expect(throws: DiskImageError.self) { try DiskImage.inspect(shop.path("disk.img"), as: .ova) }
            // An OVA is one, whatever it is called.
            try shop.run("mv", ["file", "box.ovf"])
            try shop.run("tar", ["--create", "-f", "disk.img", "--format=ustar", "box.ovf"])
            #expect(throws: DiskImageError.self) { try DiskImage.inspect(shop.path("disk.img")) }
        }
    }

    @Test(arguments: seeds(4))
    func anyBytesAreDetected(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let head = random.bytes(Int.random(in: 0...DiskFormat.headBytes, using: &random))
            _ = DiskFormat.detect(head: head, tail: Array(head.suffix(512)))
        }
    }
}
