import DiskImages
import Foundation
import TestSupport
import Testing

/// Disks of which something is missing: QEMU reads zeros there, and nothing of them may become an image.
@Suite struct WholenessTests {
    /// What a disk holds, or nil when it was refused before qemu-img saw it.
    private func contents(of name: String, in shop: Workshop, following: Bool = false) async throws -> [UInt8]? {
        try await DamageTests.contents(of: name, in: shop, following: following)
    }

    /// Where a file is cut: a sample of all of it, and of its end, where padding is.
    private func cuts(_ count: Int, _ random: inout SeededGenerator) -> [Int] {
        let anywhere = (0..<7).map { _ in Int.random(in: 0..<count, using: &random) }
        let end = (0..<4).map { _ in count - Int.random(in: 1...min(count, 70_000), using: &random) }
        return [0, 511, count / 2, count - 512, count - 1].filter { (0..<count).contains($0) } + anywhere + end
    }

    @Test(arguments: Form.imported + Form.others + Form.variants, seeds(1).suffix(1))
    func aFileThatWasCutShortIsRefusedOrReadsTheSame(form: Form, seed: UInt64) async throws {
        try await Workshop.use { shop in
            var random = SeededGenerator(seed: seed)
            let bytes = try shop.makeDisk(seed: seed, megabytes: 3)
            try form.make(form.name("whole"), in: shop)
            #expect(try await contents(of: form.name("whole"), in: shop)?.starts(with: bytes) == true)
            let whole = try shop.bytes(of: form.name("whole"))
            var refused = 0
            for length in cuts(whole.count, &random) {
                try shop.write(Array(whole.prefix(length)), to: form.name("cut"))
                guard let found = try await contents(of: form.name("cut"), in: shop) else {
                    refused += 1
                    continue
                }
                #expect(found.starts(with: bytes) && found[bytes.count...].allSatisfy { $0 == 0 }, "\(length) of \(whole.count) bytes")
            }
            #expect(refused > 0)
        }
    }

    /// How many bytes a compressed cluster takes is not known exactly, and files end where it does.
    @Test(arguments: ["zlib", "zstd"])
    func everyEndOfACompressedDisk(compression: String) async throws {
        try await Workshop.use { shop in
            var random = SeededGenerator(seed: 7)
            // Text, which compresses: of a cut in noise, deflate would not go on.
            let bytes = (0..<65_536).map { _ in UInt8.random(in: 97...104, using: &random) }
            try shop.write(bytes, to: "disk.raw")
            try Form(format: .qcow2, driver: "qcow2", options: "compression_type=\(compression)", flags: ["-c"]).make(
                "whole.qcow2",
                in: shop
            )
            let whole = try shop.bytes(of: "whole.qcow2")
            let padding = whole.reversed().prefix { $0 == 0 }.count
            var taken = 0
            for missing in 1...min(padding + 40, 511) {
                try shop.write(Array(whole.dropLast(missing)), to: "cut.qcow2")
                let disk = try DiskImage.inspect(shop.path("cut.qcow2"), accepting: DiskFormat.readable)[0]
                guard (try? await WholeDisk(proving: disk)) != nil else { continue }
                taken += 1
                // The last byte can hold no more than that this is the end.
                if missing > padding { #expect(try await contents(of: "cut.qcow2", in: shop) == bytes) }
            }
            #expect(taken >= min(padding, 471) - 8)
            try shop.write(Array(whole.dropLast(padding)), to: "cut.qcow2")
            #expect(try await contents(of: "cut.qcow2", in: shop) == bytes)
        }
    }

    /// A number in a file: where it stands, and how.
    struct Entry {
        let place: Int
        let bytes: Int
        var isBig = false
    }

    private static func number(_ file: [UInt8], _ place: Int, _ count: Int, big: Bool = false) -> Int {
        let bytes = file[place..<place + count]
        return (big ? Array(bytes) : bytes.reversed()).reduce(0) { $0 << 8 | Int($1) }
    }

    /// An entry of each kind of table that a format has, and a number that points past the end.
    private static func entries(_ form: Form, _ file: [UInt8]) throws -> [(Entry, Int)] {
        func big(_ place: Int, _ count: Int = 8) -> Int { number(file, place, count, big: true) & 0x00ff_ffff_ffff_fe00 }
        func little(_ place: Int, _ count: Int) -> Int { number(file, place, count) }
        let far = (file.count / (1 << 20) + 3) << 20
        switch form.format {
        case .qcow2:
            let (l1, refcounts) = (big(40), big(48))
            return [
                (Entry(place: 40, bytes: 8, isBig: true), far), (Entry(place: 48, bytes: 8, isBig: true), far),
                (Entry(place: refcounts, bytes: 8, isBig: true), far), (Entry(place: l1, bytes: 8, isBig: true), far),
                (Entry(place: big(l1), bytes: 8, isBig: true), far),
            ]
        case .qed:
            let l1 = little(40, 8)
            return [(Entry(place: 40, bytes: 8), far), (Entry(place: l1, bytes: 8), far), (Entry(place: little(l1, 8), bytes: 8), far)]
        case .vdi:
            return [
                (Entry(place: 340, bytes: 4), far), (Entry(place: 344, bytes: 4), far), (Entry(place: little(340, 4), bytes: 4), 4_000),
            ]
        case .vhd where form.options.contains("dynamic"):
            let header = number(file, 16, 8, big: true)
            return [(Entry(place: number(file, header + 16, 8, big: true), bytes: 4, isBig: true), far / 512)]
        case .vhdx:
            let id: [UInt8] = [0x66, 0x77, 0xC2, 0x2D, 0x23, 0xF6, 0x00, 0x42, 0x9D, 0x64, 0x11, 0x5E, 0x9B, 0xFD, 0x4A, 0x08]
            let region = try #require(file.firstRange(of: id)?.lowerBound)
            return [(Entry(place: little(region + 16, 8), bytes: 8), far | 6), (Entry(place: region + 16, bytes: 8), far)]
        case .vmdk:
            let isAtEnd = little(56, 8) == -1
            let directory = isAtEnd ? little(file.count - 1_024 + 56, 8) * 512 : little(56, 8) * 512
            let header = isAtEnd ? file.count - 1_024 : 0
            return [
                (Entry(place: header + 56, bytes: 8), far / 512), (Entry(place: directory, bytes: 4), far / 512),
                (Entry(place: little(directory, 4) * 512, bytes: 4), far / 512),
            ]
        default: return []
        }
    }

    @Test(arguments: Form.imported + Form.others + Form.variants)
    func aTableThatPointsPastTheEndIsRefused(form: Form) async throws {
        try await Workshop.use { shop in
            _ = try shop.makeDisk(megabytes: 3)
            try form.make(form.name("whole"), in: shop)
            let whole = try shop.bytes(of: form.name("whole"))
            for (entry, value) in try Self.entries(form, whole) {
                var file = whole
                let bytes = withUnsafeBytes(of: UInt64(value).littleEndian) { Array($0.prefix(entry.bytes)) }
                file.replaceSubrange(entry.place..<entry.place + entry.bytes, with: entry.isBig ? bytes.reversed() : bytes)
                try shop.write(file, to: form.name("changed"))
                #expect(try await contents(of: form.name("changed"), in: shop) == nil, "\(entry)")
            }
        }
    }

    @Test func snapshotsInADiskAreWholeToo() async throws {
        try await Workshop.use { shop in
            let bytes = try shop.makeDisk(megabytes: 3)
            try Form.others[0].make("disk.qcow2", in: shop)
            try shop.run("qemu-img", ["snapshot", "-c", "before", "disk.qcow2"])
            try shop.run("qemu-io", ["-f", "qcow2", "-c", "write -P 7 0 1M", "disk.qcow2"])
            try shop.run("qemu-img", ["snapshot", "-c", "after", "disk.qcow2"])
            #expect(try await contents(of: "disk.qcow2", in: shop)?.dropFirst(1 << 20).elementsEqual(bytes.dropFirst(1 << 20)) == true)
            let whole = try shop.bytes(of: "disk.qcow2")
            let table = Self.number(whole, 64, 8, big: true)
            let l1 = Self.number(whole, table, 8, big: true)
            let l2 = Self.number(whole, l1, 8, big: true) & 0x00ff_ffff_ffff_fe00
            for place in [64, table, l1, l2] {
                try shop.change("disk.qcow2") { file in
                    file = whole
                    file.replaceSubrange(place..<place + 8, with: withUnsafeBytes(of: UInt64(1 << 40).bigEndian) { Array($0) })
                }
                #expect(try await contents(of: "disk.qcow2", in: shop) == nil, "at \(place)")
            }
        }
    }

    /// A directory all of whose entries name one table costs no more than its file.
    @Test func tablesThatGoRoundEnd() async throws {
        try await Workshop.use { shop in
            try shop.run("qemu-img", ["create", "-f", "vmdk", "disk.vmdk", "64G"])
            try shop.change("disk.vmdk") { file in
                // The copy of the directory, which stands in front.
                let directory = Self.number(file, 48, 8) * 512
                file.replaceSubrange(56..<64, with: file[48..<56])
                let first = Array(file[directory..<directory + 4])
                for place in stride(from: directory, to: directory + 2_048 * 4, by: 4) {
                    file.replaceSubrange(place..<place + 4, with: first)
                }
                file = Array(file.prefix(Self.number(first, 0, 4) * 512 + 2_048))
            }
            let disk = try DiskImage.inspect(shop.path("disk.vmdk"))[0]
            let error = await #expect(throws: DiskImageError.self) { try await WholeDisk(proving: disk) }
            #expect(error?.cause == "The tables of the VMDK are larger than its file: it is damaged.")
        }
    }

    @Test func aCheckIsCancelled() async throws {
        try await Workshop.use { shop in
            _ = try shop.makeDisk(megabytes: 3)
            let disk = try DiskImage.inspect(Form.others[0].make("disk.qcow2", in: shop), accepting: DiskFormat.readable)[0]
            let (gate, open) = AsyncStream.makeStream(of: Void.self)
            let proof = Task {
                for await _ in gate {}
                _ = try await WholeDisk(proving: disk)
            }
            proof.cancel()
            open.finish()
            await #expect(throws: CancellationError.self) { try await proof.value }
        }
    }
}

extension Form {
    /// A file of the format, called so: that is what tells a fixed VHD that was cut short.
    func name(_ stem: String) -> String { "\(stem).\(format.rawValue)" }
}
