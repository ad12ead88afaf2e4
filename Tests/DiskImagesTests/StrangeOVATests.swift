import Crypto
import DiskImages
import Foundation
import TestSupport
import Testing

/// OVAs as other makers write them, and as tools of other systems make them anew.
@Suite struct StrangeOVATests {
    private static func envelope(_ href: String, disks: String = #"<Disk ovf:capacity="1" ovf:diskId="d" ovf:fileRef="f"/>"#) -> String {
        """
        <?xml version="1.0"?>
        <Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1">
          <References><File ovf:href="\(href)" ovf:id="f"/></References><DiskSection>\(disks)</DiskSection>
        </Envelope>
        """
    }

    /// A folder `box` with an OVF and one disk; returns what the disk holds.
    @discardableResult
    private func makeBox(in shop: Workshop, file: String = "disk.vmdk", href: String? = nil, envelope: String? = nil) throws -> [UInt8] {
        let bytes = try shop.makeDisk(megabytes: 1)
        try shop.run("mkdir", ["-p", "box"])
        try Form.imported[1].make("box/\(file)", in: shop)
        try shop.write(Array((envelope ?? Self.envelope(href ?? file)).utf8), to: "box/box.ovf")
        return bytes
    }

    private func tar(in shop: Workshop, _ arguments: String...) throws {
        try shop.run("tar", ["--create", "-f", "box.ova"] + arguments)
    }

    private func check(_ bytes: [UInt8], in shop: Workshop, disks count: Int = 1) async throws {
        let disks = try DiskImage.inspect(shop.path("box.ova"))
        #expect(disks.count == count)
        try await DiskConverter(reserve: 0).convert(try #require(disks.first { !$0.isEmpty }), to: shop.path("back"))
        #expect(try shop.bytes(of: "back") == bytes)
        try FileManager.default.removeItem(atPath: shop.path("back"))
    }

    /// OpenSSL 3 (`openssl dgst`), OpenSSL 1, BSD, and names of two digests at once.
    @Test(arguments: [
        "SHA2-256(%@)= %256", "SHA256(%@)= %256", "SHA256 (%@) = %256", "SHA2-512(%@)= %512\nSHA1(%@)= %1", "SHA384(./%@)=%384",
    ])
    func manifests(form: String) async throws {
        try await Workshop.use { shop in
            let bytes = try makeBox(in: shop)
            func line(_ name: String) throws -> String {
                let file = try shop.bytes(of: "box/\(name)")
                func hexadecimal(_ digest: some Digest) -> String { digest.map { String(format: "%02x", $0) }.joined() }
                return form.replacing("%@", with: name).replacing("%256", with: hexadecimal(SHA256.hash(data: file)))
                    .replacing("%512", with: hexadecimal(SHA512.hash(data: file))).replacing(
                        "%384",
                        with: hexadecimal(SHA384.hash(data: file))
                    )
                    .replacing("%1", with: hexadecimal(Insecure.SHA1.hash(data: file))) + "\r\n"
            }
            try shop.write(Array((line("box.ovf") + line("disk.vmdk")).utf8), to: "box/box.mf")
            try tar(in: shop, "-C", "box", "box.ovf", "box.mf", "disk.vmdk")
            try await check(bytes, in: shop)
            // The manifest counts.
            try shop.change("box/disk.vmdk") { $0[60_000] ^= 1 }
            try tar(in: shop, "-C", "box", "box.ovf", "box.mf", "disk.vmdk")
            let error = await #expect(throws: DiskImageError.self) { try await check(bytes, in: shop) }
            #expect(error?.cause.contains("does not hash to what its manifest says") == true)
            try shop.change("box/box.ovf") { $0.append(0x0A) }
            try tar(in: shop, "-C", "box", "box.ovf", "box.mf", "disk.vmdk")
            #expect(throws: DiskImageError.self) { try DiskImage.inspect(shop.path("box.ova")) }
        }
    }

    @Test func aDiskWithoutAFileIsEmpty() async throws {
        let capacities = [
            (#"ovf:capacity="3" ovf:capacityAllocationUnits="byte * 2^30""#, Int64(3 << 30)), (#"ovf:capacity="1048576""#, 1 << 20),
            (#"ovf:capacity="2" ovf:capacityAllocationUnits="byte*1024" ovf:fileRef="""#, 2_048),
        ]
        for (attributes, bytes) in capacities {
            try await Workshop.use { shop in
                let disks = #"<Disk ovf:diskId="d" ovf:fileRef="f" ovf:capacity="1"/><Disk ovf:diskId="data" \#(attributes)/>"#
                let contents = try makeBox(in: shop, envelope: Self.envelope("disk.vmdk", disks: disks))
                try tar(in: shop, "-C", "box", "box.ovf", "disk.vmdk")
                try await check(contents, in: shop, disks: 2)
                let empty = try DiskImage.inspect(shop.path("box.ova"))[1]
                #expect(empty.isEmpty && empty.virtualBytes == bytes && empty.member == "data")
            }
        }
        for wrong in [
            #""#, #"ovf:capacity="${size}""#, #"ovf:capacity="0""#, #"ovf:capacity="1" ovf:capacityAllocationUnits="byte * 2^60""#,
        ] {
            try await Workshop.use { shop in
                try makeBox(in: shop, envelope: Self.envelope("disk.vmdk", disks: #"<Disk ovf:diskId="d" \#(wrong)/>"#))
                try tar(in: shop, "-C", "box", "box.ovf", "disk.vmdk")
                #expect(throws: DiskImageError.self, "\(wrong)") { try DiskImage.inspect(shop.path("box.ova")) }
            }
        }
    }

    @Test(arguments: [
        ("my disk.vmdk", "my%20disk.vmdk"), ("my disk.vmdk", "my disk.vmdk"), ("100%.vmdk", "100%25.vmdk"), ("100%.vmdk", "100%.vmdk"),
        ("disk.vmdk", "./disk.vmdk"), ("Zürich.vmdk", "Z%C3%BCrich.vmdk"), ("Zu\u{308}rich.vmdk", "Z\u{FC}rich.vmdk"),
        ("a%20b.vmdk", "a%20b.vmdk"),
        ("disk.vmdk", "x/../disk.vmdk"),
    ])
    func referencesAreURIs(file: String, href: String) async throws {
        try await Workshop.use { shop in
            let bytes = try makeBox(in: shop, file: file, href: href)
            for format in ["ustar", "gnu", "posix"] {
                try tar(in: shop, "--format=\(format)", "-C", "box", "box.ovf", file)
                try await check(bytes, in: shop)
            }
        }
    }

    @Test func aReferenceThatMeansTwoFilesIsRefused() async throws {
        try await Workshop.use { shop in
            try makeBox(in: shop, file: "a b.vmdk", href: "a%20b.vmdk")
            try shop.run("cp", ["box/a b.vmdk", "box/a%20b.vmdk"])
            try tar(in: shop, "-C", "box", "box.ovf", "a b.vmdk", "a%20b.vmdk")
            let error = #expect(throws: DiskImageError.self) { try DiskImage.inspect(shop.path("box.ova")) }
            #expect(error?.cause.contains("two files") == true)
        }
    }

    /// Folders in front of all names, entries for folders, long names, and headers of extended attributes.
    @Test(arguments: ["ustar", "gnu", "posix", "v7"])
    func archivesThatWereMadeAnew(format: String) async throws {
        try await Workshop.use { shop in
            let bytes = try makeBox(in: shop)
            func check(_ arguments: String...) async throws {
                try shop.run("tar", ["--create", "-f", "box.ova", "--format=\(format)"] + arguments)
                let disks = try DiskImage.inspect(shop.path("box.ova"))
                try await DiskConverter(reserve: 0).convert(disks[0], to: shop.path("back"))
                #expect(try shop.bytes(of: "back") == bytes)
                try FileManager.default.removeItem(atPath: shop.path("back"))
            }
            try await check("-C", "box", ".")
            try await check("box")
            try await check("-P", shop.path("box"))
            guard format != "v7" else { return }
            let long = String(repeating: "folder-", count: 30)
            guard format != "ustar" else { return }
            // The header of a folder's long name is not that of the file behind it.
            try shop.run("mkdir", [long])
            try await check(long, "-C", "box", "box.ovf", "disk.vmdk")
            try shop.run("sh", ["-c", "mv box/* \(long)"])
            try await check(long)
        }
    }

    /// What macOS puts beside files that have attributes, and other systems into archives.
    @Test func companionsAreNoMembers() async throws {
        try await Workshop.use { shop in
            let bytes = try makeBox(in: shop)
            for name in ["._box.ovf", "._disk.vmdk", "._.", ".DS_Store", "._box.mf"] {
                try shop.write([0, 5, 0x16, 7, 0, 2, 0, 0] + [UInt8](repeating: 0, count: 100), to: "box/\(name)")
            }
            try shop.run("ln", ["-s", "disk.vmdk", "box/link.vmdk"])
            try shop.run("mkfifo", ["box/pipe"])
            let names = ["._.", "._box.ovf", "box.ovf", "._box.mf", ".DS_Store", "._disk.vmdk", "link.vmdk", "pipe", "disk.vmdk"]
            try shop.run("tar", ["--create", "-f", "box.ova", "-V", "label", "-C", "box"] + names)
            try await check(bytes, in: shop)
            try shop.write(Array(Self.envelope("link.vmdk").utf8), to: "box/box.ovf")
            try shop.run("tar", ["--create", "-f", "box.ova", "-C", "box"] + names)
            let error = #expect(throws: DiskImageError.self) { try DiskImage.inspect(shop.path("box.ova")) }
            #expect(error?.cause.contains("links are not read") == true)
        }
    }

    @Test func namesInLatin1AreRead() async throws {
        try await Workshop.use { shop in
            let bytes = try makeBox(in: shop, href: "Z\u{FC}rich.vmdk")
            try shop.run("sh", ["-c", "mv box/disk.vmdk \"box/$(printf 'Z\\374rich.vmdk')\""])
            try tar(in: shop, "--format=ustar", "-C", "box", ".")
            try await check(bytes, in: shop)
        }
    }

    @Test func aDiskThatIsNoneOfTheFormatIsNamed() async throws {
        try await Workshop.use { shop in
            _ = try makeBox(in: shop, file: "disk.qcow2")
            try Form.others[0].make("box/disk.qcow2", in: shop)
            try tar(in: shop, "-C", "box", "box.ovf", "disk.qcow2")
            let error = #expect(throws: DiskImageError.self) { try DiskImage.inspect(shop.path("box.ova")) }
            #expect(error?.cause == "The disk \"disk.qcow2\" in the OVA is in qcow2 format; VMDK, VHD, VHDX are accepted.")
            // oVirt's are so, and the command line reads them.
            #expect(try DiskImage.inspect(shop.path("box.ova"), accepting: DiskFormat.readable).count == 1)
        }
    }
}
