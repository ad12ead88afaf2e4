import DiskImages
import Foundation
import TestSupport
import Testing

/// Files that were cut short, or changed in places: refused, or read within bounds, and never a trap or a hang.
@Suite struct DamageTests {
    /// What a disk holds, or nil when it was refused before qemu-img saw it.
    static func contents(of name: String, in shop: Workshop, following: Bool) async throws -> [UInt8]? {
        let product = shop.path("product")
        try? FileManager.default.removeItem(atPath: product)
        do {
            let disk = try DiskImage.inspect(shop.path(name), accepting: DiskFormat.readable, following: following)[0]
            try await DiskConverter(reserve: 0).convert(disk, to: product)
            return try shop.bytes(of: "product")
        } catch let error as DiskImageError where [.format, .reference, .incomplete, .content].contains(error.kind) {
            return nil
        }
    }

    @Test(arguments: Form.imported + Form.others, seeds(2))
    func damagedHeaders(form: Form, seed: UInt64) async throws {
        try await Workshop.use { shop in
            var random = SeededGenerator(seed: seed)
            _ = try shop.makeDisk(megabytes: 3)
            try form.make("disk", in: shop)
            let whole = try shop.bytes(of: "disk")
            let handle = try #require(FileHandle(forUpdatingAtPath: shop.path("disk")))
            var accepted: [DiskImage] = []
            for round in 0..<200 {
                // Where headers and tables stand.
                let place =
                    [0, 512, 192 << 10, 2 << 20, whole.count - 512].filter { $0 + 512 <= whole.count }.randomElement(using: &random) ?? 0
                let at = place + Int.random(in: 0..<min(512, whole.count - place), using: &random)
                let bytes = random.bytes(Int.random(in: 1...min(8, whole.count - at), using: &random))
                try handle.seek(toOffset: UInt64(at))
                try handle.write(contentsOf: bytes)
                if let disk = try? DiskImage.inspect(shop.path("disk"), accepting: DiskFormat.readable).first {
                    #expect((1...DiskImage.mostVirtualBytes).contains(disk.virtualBytes))
                    // Some of them to qemu-img, which may fail and must end.
                    if round.isMultiple(of: 20), disk.virtualBytes < 64 << 20, disk.format != .raw {
                        try? await DiskConverter(reserve: 0).convert(disk, to: shop.path("back"))
                        try? FileManager.default.removeItem(atPath: shop.path("back"))
                    }
                    accepted.append(disk)
                }
                try handle.seek(toOffset: UInt64(at))
                try handle.write(contentsOf: whole[at..<at + bytes.count])
            }
            #expect(!accepted.isEmpty)
            #expect(try shop.names == ["disk", "disk.raw"])
        }
    }
}
