import Crypto
import DiskImages
import Foundation
import TestSupport
import Testing

/// Archives that tar made of an OVF and disks that qemu-img made.
@Suite struct OVATests {
    private static let files = [("file1", "first.vmdk"), ("file2", "second.vmdk")]

    /// An OVF whose disks stand in another order than its files.
    private static func envelope(
        files: [(id: String, name: String)] = files,
        disks: [(id: String, file: String)] = [("vmdisk1", "file2"), ("vmdisk2", "file1")],
        fileAttributes: String = "",
        diskAttributes: String = ""
    ) -> String {
        let references = files.map { #"<File ovf:href="\#($0.name)" ovf:id="\#($0.id)" ovf:size="1"\#(fileAttributes)/>"# }
        let list = disks.map { #"<Disk ovf:capacity="1" ovf:diskId="\#($0.id)" ovf:fileRef="\#($0.file)"\#(diskAttributes)/>"# }
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1">
              <References>\(references.joined())</References>
              <DiskSection><Info>disks</Info>\(list.joined())</DiskSection>
            </Envelope>
            """
    }

    /// Makes `box.ova` of two disks; returns what they hold, in the order of the files.
    @discardableResult
    private func makeBox(
        in shop: Workshop,
        format: String = "ustar",
        envelope: String = envelope(),
        manifest: String? = nil,
        names: [String] = ["box.ovf", "box.mf", "first.vmdk", "second.vmdk"]
    ) throws -> [[UInt8]] {
        var contents: [[UInt8]] = []
        for (index, name) in names.filter({ $0.hasSuffix("vmdk") }).enumerated() {
            contents.append(try shop.makeDisk(seed: UInt64(index + 1), megabytes: index + 2))
            try Form.imported[index % 2 == 0 ? 1 : 0].make(name, in: shop)
        }
        try shop.write(Array(envelope.utf8), to: "box.ovf")
        if let manifest { try shop.write(Array(manifest.utf8), to: "box.mf") }
        try shop.run("tar", ["--create", "-f", "box.ova", "--format=\(format)"] + names.filter { manifest != nil || $0 != "box.mf" })
        return contents
    }

    private func manifest(of names: [String], in shop: Workshop) throws -> String {
        try names.map { name in
            let bytes = try shop.bytes(of: name)
            let digest = name.hasSuffix("ovf") ? "\(Insecure.SHA1.hash(data: bytes))" : "\(SHA256.hash(data: bytes))"
            return "\(name.hasSuffix("ovf") ? "SHA1" : "SHA256")(\(name))= \(digest.split(separator: " ").last ?? "")\n"
        }.joined()
    }

    private func refusal(in shop: Workshop) -> DiskImageError? {
        #expect(throws: DiskImageError.self) { try DiskImage.inspect(shop.path("box.ova"), as: .ova) }
    }

    @Test(arguments: ["ustar", "gnu", "posix"])
    func disksComeOutInTheOrderOfTheOVF(format: String) async throws {
        try await Workshop.use { shop in
            let contents = try makeBox(in: shop, format: format)
            let disks = try DiskImage.inspect(shop.path("box.ova"))
            #expect(disks.map(\.member) == ["second.vmdk", "first.vmdk"])
            #expect(disks.map(\.virtualBytes) == [Int64(contents[1].count), Int64(contents[0].count)])
            for (disk, bytes) in zip(disks, contents.reversed()) {
                let product = shop.path("back of \(disk.member ?? "")")
                try await DiskConverter(reserve: 0).convert(disk, to: product)
                #expect(try [UInt8](Data(contentsOf: URL(filePath: product))) == bytes)
            }
        }
    }

    @Test(arguments: ["gnu", "posix"])
    func longNamesAreRead(format: String) async throws {
        try await Workshop.use { shop in
            let long = String(repeating: "long-", count: 30) + ".vmdk"
            let bytes = try makeBox(
                in: shop,
                format: format,
                envelope: Self.envelope(files: [("f", long)], disks: [("d", "f")]),
                names: ["box.ovf", long]
            )
            let disk = try #require(try DiskImage.inspect(shop.path("box.ova")).first)
            #expect(disk.member == long)
            try await DiskConverter(reserve: 0).convert(disk, to: shop.path("back"))
            #expect(try shop.bytes(of: "back") == bytes[0])
        }
    }

    @Test func aManifestIsVerified() async throws {
        try await Workshop.use { shop in
            try makeBox(in: shop)
            let names = ["box.ovf", "first.vmdk", "second.vmdk"]
            try shop.write(Array(try manifest(of: names, in: shop).utf8), to: "box.mf")
            try shop.run("tar", ["--create", "-f", "box.ova", "--format=ustar", "box.mf"] + names)
            let disks = try DiskImage.inspect(shop.path("box.ova"))
            for disk in disks {
                try await DiskConverter(reserve: 0).convert(disk, to: shop.path("back of \(disk.member ?? "")"))
            }
            // One byte of the second disk, which is the first in the OVF.
            try shop.change("box.ova") { $0[Int(disks[0].offset) + 60_000] ^= 1 }
            let damaged = try DiskImage.inspect(shop.path("box.ova"))
            let error = await #expect(throws: DiskImageError.self) {
                try await DiskConverter(reserve: 0).convert(damaged[0], to: shop.path("back"))
            }
            #expect(error?.cause == "The disk \"second.vmdk\" in the OVA does not hash to what its manifest says: the OVA is damaged.")
            #expect(try !shop.names.contains("back"))
        }
    }

    @Test func theOVFIsVerifiedAtOnce() async throws {
        try await Workshop.use { shop in
            let digest = String(repeating: "0", count: 64)
            try makeBox(in: shop, manifest: "SHA256(box.ovf)= \(digest)\n")
            #expect(refusal(in: shop)?.cause == "The OVF in the OVA does not hash to what its manifest says: the OVA is damaged.")
            try makeBox(in: shop, manifest: "MD5(box.ovf)= \(digest)\n")
            #expect(refusal(in: shop)?.kind == .content)
            try makeBox(in: shop, manifest: "no digest\n")
            #expect(refusal(in: shop)?.kind == .content)
        }
    }

    @Test(arguments: [
        (envelope(files: [("f", "/etc/passwd")], disks: [("d", "f")]), DiskImageError.Kind.incomplete),
        (envelope(files: [("f", "../first.vmdk")], disks: [("d", "f")]), .incomplete),
        (envelope(files: [("f", "https://elsewhere.example/first.vmdk")], disks: [("d", "f")]), .incomplete),
        (envelope(diskAttributes: #" ovf:parentRef="vmdisk9""#), .incomplete),
        (envelope(fileAttributes: #" ovf:compression="gzip""#), .content),
        (envelope(fileAttributes: #" ovf:chunkSize="100""#), .content),
        (envelope(disks: [("a", "file1"), ("b", "file1")]), .content),
        (envelope(disks: [("a", "file9")]), .content),
        (envelope(files: [("f", "first.vmdk"), ("f", "second.vmdk")]), .content),
        (envelope(disks: []), .content),
        (envelope(disks: (0..<65).map { ("\($0)", "file1") }), .content),
        (envelope(files: [("f", "box.ovf")], disks: [("d", "f")]), .content),
        ("<Envelope>", .content), ("<Other/>", .content),
        ("<!DOCTYPE e [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><Envelope>&x;</Envelope>", .content),
    ])
    func aWrongOVFIsRefused(envelope: String, kind: DiskImageError.Kind) async throws {
        try await Workshop.use { shop in
            try makeBox(in: shop, envelope: envelope)
            #expect(refusal(in: shop)?.kind == kind)
        }
    }

    @Test func aDiskThatRefersElsewhereIsRefusedInAnOVAToo() async throws {
        try await Workshop.use { shop in
            try makeBox(in: shop)
            let text = "# Disk DescriptorFile\nparentCID=ffffffff\ncreateType=\"monolithicFlat\"\nRW 1 FLAT \"/etc/passwd\" 0\n"
            try shop.write(Array(text.utf8) + [UInt8](repeating: 0, count: 1_024 - text.utf8.count), to: "second.vmdk")
            try shop.run("tar", ["--create", "-f", "box.ova", "--format=ustar", "box.ovf", "first.vmdk", "second.vmdk"])
            let error = refusal(in: shop)
            #expect(error?.kind == .incomplete)
            #expect(error?.cause.hasPrefix("In the OVA, the disk \"second.vmdk\": ") == true)
        }
    }

    @Test func wrongArchivesAreRefused() async throws {
        try await Workshop.use { shop in
            try makeBox(in: shop)
            let whole = try shop.bytes(of: "box.ova")
            func tar(_ arguments: String...) throws { try shop.run("tar", ["--create", "-f", "box.ova"] + arguments) }
            try tar("--format=ustar", "first.vmdk")
            #expect(refusal(in: shop)?.cause == "The file is a tar archive with 0 files .ovf: an OVA has one OVF.")
            try shop.run("cp", ["box.ovf", "other.ovf"])
            try tar("--format=ustar", "box.ovf", "other.ovf", "first.vmdk", "second.vmdk")
            #expect(refusal(in: shop)?.kind == .format)
            try tar("--format=ustar", "box.ovf", "first.vmdk", "first.vmdk", "--hard-dereference")
            #expect(refusal(in: shop)?.cause == "The OVA has \"first.vmdk\" twice.")
            try shop.run("ln", ["-s", "/etc/passwd", "link.vmdk"])
            try tar("--format=ustar", "box.ovf", "link.vmdk")
            #expect(refusal(in: shop)?.kind == .incomplete)
            try shop.run("truncate", ["-s", "2M", "sparse.vmdk"])
            for format in ["gnu", "posix"] {
                try tar("--format=\(format)", "--sparse", "box.ovf", "sparse.vmdk")
                #expect(refusal(in: shop)?.kind == .content)
            }
            try shop.run("sh", ["-c", "mkdir many; cd many; seq 300 | xargs touch"])
            try tar("--format=ustar", "box.ovf", "many")
            #expect(refusal(in: shop)?.kind == .size)
            try shop.run("truncate", ["-s", "2M", "box.ovf"])
            try tar("--format=ustar", "box.ovf")
            #expect(refusal(in: shop)?.kind == .size)
            try shop.write(Array(whole.prefix(whole.count / 2)), to: "box.ova")
            #expect(refusal(in: shop)?.kind == .content)
        }
    }

    @Test(arguments: seeds(3))
    func damagedArchives(seed: UInt64) async throws {
        try await Workshop.use { shop in
            var random = SeededGenerator(seed: seed)
            try makeBox(in: shop, format: ["gnu", "posix", "ustar"].randomElement(using: &random) ?? "gnu")
            let whole = try shop.bytes(of: "box.ova")
            let handle = try #require(FileHandle(forUpdatingAtPath: shop.path("box.ova")))
            func put(_ bytes: some Sequence<UInt8>, at place: Int) throws {
                try handle.seek(toOffset: UInt64(place))
                try handle.write(contentsOf: Data(bytes))
            }
            var accepted = 0
            for round in 0..<300 {
                let at = Int.random(in: 0..<3_072, using: &random)
                var changed = Array(whole[0..<3_072])
                changed[at] = random.bytes(1)[0]
                // Every second one has a good checksum, so that the fields behind it are reached.
                if round.isMultiple(of: 2) { Self.seal(&changed) }
                try put(changed, at: 0)
                if let disks = try? DiskImage.inspect(shop.path("box.ova"), as: .ova) {
                    accepted += 1
                    #expect(disks.allSatisfy { $0.isEmpty || $0.offset >= 512 && $0.length <= Int64(whole.count) - $0.offset })
                }
            }
            #expect(accepted > 0)
        }
    }

    /// Puts the right checksum into the first header.
    private static func seal(_ archive: inout [UInt8]) {
        archive.replaceSubrange(148..<156, with: [UInt8](repeating: 0x20, count: 8))
        let digits = String(archive[0..<512].reduce(0) { $0 + Int($1) }, radix: 8)
        archive.replaceSubrange(148..<156, with: Array((String(repeating: "0", count: 6 - digits.count) + digits + "\0 ").utf8))
    }
}
