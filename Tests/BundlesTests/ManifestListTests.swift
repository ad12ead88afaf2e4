import Bundles
import Testing

/// The lists that a command line gives a manifest.
@Suite struct ManifestListTests {
    private typealias Mapping = BundleManifest.Mapping

    @Test func mappingsAreInTheOrderGiven() throws {
        #expect(
            try Mapping.list(from: "swap=sda3, root = /dev/sda1,ami=sda1,ephemeral99=sdc,ephemeral0=/dev/sdb") == [
                Mapping(virtual: "swap", device: "sda3"), Mapping(virtual: "root", device: "/dev/sda1"),
                Mapping(virtual: "ami", device: "sda1"), Mapping(virtual: "ephemeral99", device: "sdc"),
                Mapping(virtual: "ephemeral0", device: "/dev/sdb"),
            ]
        )
        let longest = String(repeating: "d", count: 255)
        #expect(try Mapping.list(from: "root=\(longest)") == [Mapping(virtual: "root", device: longest)])
    }

    @Test(arguments: [
        ("", "is no mapping"), ("root", "is no mapping"), ("root=/dev/sda1,", "is no mapping"), ("ami=sda1=sda2", "is no mapping"),
        ("=sda1", "cannot be mapped"), ("Root=sda1", "cannot be mapped"), ("ebs1=sdb", "cannot be mapped"),
        ("ephemeral=sdb", "cannot be mapped"), ("ephemeral100=sdb", "cannot be mapped"), ("ephemeral01=sdb", "cannot be mapped"),
        ("root=", "1 to 255"), ("root= ", "1 to 255"), ("swap=sd a3", "1 to 255"), ("swap=sda3\u{7}", "1 to 255"),
        ("swap=sdä", "1 to 255"), ("swap=\(String(repeating: "d", count: 256))", "1 to 255"),
        ("root=sda1,root=sda2", "'root' is mapped twice"), ("swap=sdb,swap=sdc", "'swap' is mapped twice"),
        ("ephemeral0=sdb,swap=/dev/sdb", "'/dev/sdb' is mapped twice"),
    ])
    func whatCannotBeMapped(text: String, cause: String) {
        let error = #expect(throws: BundleError.self) { try Mapping.list(from: text) }
        #expect(error?.cause.contains(cause) == true, "\(error?.cause ?? "")")
    }

    @Test func productCodes() throws {
        #expect(try BundleManifest.productCodes(from: "774F4FF8") == ["774F4FF8"])
        #expect(try BundleManifest.productCodes(from: "b, a") == ["b", "a"])
        for text in ["", "a,", "a b", "a\u{7}", String(repeating: "c", count: 256), String(repeating: "c,", count: 100) + "c"] {
            #expect(throws: BundleError.self) { try BundleManifest.productCodes(from: text) }
        }
    }
}
