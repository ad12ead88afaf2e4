import DiskImages
import Foundation
import Synchronization
import Testing

/// Disks that qemu-img made, from their formats and into them.
@Suite struct ConversionTests {
    private func allocated(_ path: String) throws -> Int64 {
        var status = stat()
        try #require(stat(path, &status) == 0)
        return Int64(status.st_blocks) * 512
    }

    @Test(arguments: Form.imported + Form.others + Form.variants)
    func comesBackByteForByte(form: Form) async throws {
        try await Workshop.use { shop in
            let bytes = try shop.makeDisk()
            let disks = try DiskImage.inspect(form.make("disk", in: shop), accepting: DiskFormat.readable)
            let disk = try #require(disks.first)
            #expect(disks.count == 1 && disk.format == form.format)
            // VHDX has a disk of whole megabytes in some versions of QEMU.
            #expect(disk.virtualBytes >= bytes.count)
            let told = Mutex([Int]())
            try await DiskConverter(reserve: 0).convert(disk, to: shop.path("back/disk.raw")) { percent in
                told.withLock { $0.append(percent) }
            }
            let back = try shop.bytes(of: "back/disk.raw")
            #expect(Int64(back.count) == disk.virtualBytes)
            #expect(back.starts(with: bytes) && back[bytes.count...].allSatisfy { $0 == 0 })
            #expect(try allocated(shop.path("back/disk.raw")) < 1 << 20)
            let progress = told.withLock { $0 }
            #expect(progress.last == 100 && progress == progress.sorted())
            #expect(try FileManager.default.attributesOfItem(atPath: shop.path("back"))[.posixPermissions] as? Int == 0o700)
        }
    }

    @Test func sizeOfAVHDIsThatOfItsFooter() async throws {
        try await Workshop.use { shop in
            let bytes = try shop.makeDisk()
            // Its geometry holds less than the disk, and this maker's files are read by geometry unless QEMU is told otherwise.
            try Form(format: .vhd, driver: "vpc", options: "subformat=fixed,force_size=on").make("disk.vhd", in: shop)
            try shop.change("disk.vhd") { file in
                file.replaceSubrange(file.count - 512 + 28..<file.count - 512 + 32, with: Array("vpc ".utf8))
                VHDFooter.seal(&file, at: file.count - 512)
            }
            let disk = try #require(try DiskImage.inspect(shop.path("disk.vhd")).first)
            try await DiskConverter(reserve: 0).convert(disk, to: shop.path("disk.back"))
            #expect(try shop.bytes(of: "disk.back") == bytes)
        }
    }

    @Test(arguments: [(DiskConverter.Product.vmdk, DiskFormat.vmdk), (.vhd, .vhd)])
    func exportsComeBack(product: DiskConverter.Product, format: DiskFormat) async throws {
        try await Workshop.use { shop in
            let bytes = try shop.makeDisk()
            let converter = try DiskConverter(reserve: 0)
            try await converter.export(shop.path("disk.raw"), as: product, to: shop.path("exported"))
            let disk = try #require(try DiskImage.inspect(shop.path("exported")).first)
            #expect(disk.format == format && disk.virtualBytes == Int64(bytes.count))
            #expect(try shop.run("qemu-img", ["info", "exported"]).contains(format == .vmdk ? "streamOptimized" : "file format: vpc"))
            try await converter.convert(disk, to: shop.path("back"))
            #expect(try shop.bytes(of: "back") == bytes)
        }
    }

    @Test func namesOfFilesAreNames() async throws {
        try await Workshop.use { shop in
            let bytes = try shop.makeDisk()
            let odd = #"a "b\c",file.driver=nbd:json:{}"#
            try Form.imported[0].make("disk.vmdk", in: shop)
            try FileManager.default.moveItem(atPath: shop.path("disk.vmdk"), toPath: shop.path(odd))
            let disk = try #require(try DiskImage.inspect(shop.path(odd)).first)
            try await DiskConverter(reserve: 0).convert(disk, to: shop.path("back, of " + odd))
            #expect(try shop.bytes(of: "back, of " + odd) == bytes)
        }
    }

    @Test func nothingIsReplaced() async throws {
        try await Workshop.use { shop in
            _ = try shop.makeDisk()
            let disk = try #require(try DiskImage.inspect(Form.imported[0].make("disk.vmdk", in: shop)).first)
            try shop.write([1, 2, 3], to: "there")
            let error = await #expect(throws: DiskImageError.self) {
                try await DiskConverter(reserve: 0).convert(disk, to: shop.path("there"))
            }
            #expect(error?.kind == .file)
            #expect(try shop.bytes(of: "there") == [1, 2, 3])
        }
    }
}

/// The footer of a VHD, to be changed.
enum VHDFooter {
    /// Puts the right checksum into it.
    static func seal(_ file: inout [UInt8], at place: Int) {
        file.replaceSubrange(place + 64..<place + 68, with: [0, 0, 0, 0])
        let sum = ~file[place..<place + 512].reduce(UInt32(0)) { $0 + UInt32($1) }
        file.replaceSubrange(place + 64..<place + 68, with: withUnsafeBytes(of: sum.bigEndian) { Array($0) })
    }
}
