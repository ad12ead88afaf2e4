import Bundles
import Foundation
import TestSupport
import Testing

@Suite struct ManifestTests {
    static var sample: BundleManifest {
        var manifest = BundleManifest(
            software: BundleManifest.Software(name: "ferry", version: "1.0", release: "7"),
            architecture: .amd64,
            name: "web & db",
            account: "123456789012",
            contents: BundleContents(
                digest: [UInt8](0..<20),
                size: 4_096,
                bundledSize: 96,
                parts: [
                    BundlePart(name: "web.part.00", digest: [UInt8](repeating: 0xAB, count: 20)),
                    BundlePart(name: "web.part.01", digest: [UInt8](repeating: 0xCD, count: 20)),
                ]
            ),
            ec2: WrappedKey(key: [UInt8](repeating: 1, count: 128), iv: [UInt8](repeating: 2, count: 128)),
            user: WrappedKey(key: [UInt8](repeating: 3, count: 128), iv: [UInt8](repeating: 4, count: 128))
        )
        manifest.mappings = [
            BundleManifest.Mapping(virtual: "ami", device: "sda1"), BundleManifest.Mapping(virtual: "swap", device: "sda2"),
        ]
        manifest.kernelID = "aki-1"
        manifest.ramdiskID = "ari-1"
        manifest.productCodes = ["774F4FF8"]
        manifest.ancestry = ["ami-1"]
        return manifest
    }

    private func text(_ manifest: BundleManifest = sample) throws -> String {
        String(decoding: try manifest.signed(by: Identity.user.key), as: UTF8.self)
    }

    /// The layout, to the byte.
    @Test func whatIsWritten() throws {
        func hex(_ pair: String, _ count: Int) -> String { String(repeating: pair, count: count) }
        let expected = """
            <?xml version="1.0" encoding="UTF-8"?>
            <manifest><version>2007-10-10</version><bundler><name>ferry</name><version>1.0</version><release>7</release></bundler>\
            <machine_configuration><architecture>x86_64</architecture><block_device_mapping>\
            <mapping><virtual>ami</virtual><device>sda1</device></mapping><mapping><virtual>swap</virtual><device>sda2</device></mapping>\
            </block_device_mapping><kernel_id>aki-1</kernel_id><ramdisk_id>ari-1</ramdisk_id>\
            <product_codes><product_code>774F4FF8</product_code></product_codes></machine_configuration>\
            <image><name>web &amp; db</name><user>123456789012</user><type>machine</type>\
            <ancestry><ancestor_ami_id>ami-1</ancestor_ami_id></ancestry>\
            <digest algorithm="SHA1">000102030405060708090a0b0c0d0e0f10111213</digest><size>4096</size><bundled_size>96</bundled_size>\
            <ec2_encrypted_key algorithm="AES-128-CBC">\(hex("01", 128))</ec2_encrypted_key>\
            <user_encrypted_key algorithm="AES-128-CBC">\(hex("03", 128))</user_encrypted_key>\
            <ec2_encrypted_iv>\(hex("02", 128))</ec2_encrypted_iv><user_encrypted_iv>\(hex("04", 128))</user_encrypted_iv>\
            <parts count="2"><part index="0"><filename>web.part.00</filename><digest algorithm="SHA1">\(hex("ab", 20))</digest></part>\
            <part index="1"><filename>web.part.01</filename><digest algorithm="SHA1">\(hex("cd", 20))</digest></part></parts></image>\
            <signature>
            """
        let text = try text()
        #expect(text.hasPrefix(expected))
        #expect(text.hasSuffix("</signature></manifest>\n"))
        #expect(text.utf8.count == expected.utf8.count + 512 + "</signature></manifest>\n".utf8.count)
    }

    @Test func whatIsWrittenIsRead() throws {
        let read = try SignedManifest(parsing: Array(text().utf8))
        #expect(read.manifest == Self.sample)
        try read.verify(signedBy: Identity.user.certificate)
        #expect(throws: BundleError.self) { try read.verify(signedBy: Identity.other.certificate) }
    }

    /// Other order, white space between elements and within texts, upper-case digits, elements that nobody knows: as other tools write.
    @Test func whatOthersWrite() throws {
        let text = try text()
            .replacingOccurrences(of: "<type>machine</type>", with: "")
            .replacingOccurrences(of: "<size>4096</size>", with: "<size>\n 4096 </size><type>machine</type><later a='b'>x</later>")
            .replacingOccurrences(of: "><", with: ">\r\n  <")
            .replacingOccurrences(of: "abab", with: "ABAB")
        #expect(try SignedManifest(parsing: Array(text.utf8)).manifest == Self.sample)
    }

    @Test(arguments: seeds(40))
    func aChangeOfWhatIsSigned(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var bytes = Array(try text().utf8)
        let text = String(decoding: bytes, as: UTF8.self)
        let start = try #require(text.range(of: "<machine_configuration>")).lowerBound.utf16Offset(in: text)
        let end = try #require(text.range(of: "</image>")).upperBound.utf16Offset(in: text)
        bytes[Int.random(in: start..<end, using: &random)] ^= 1 << UInt8.random(in: 0..<7, using: &random)
        #expect(throws: BundleError.self) {
            try SignedManifest(parsing: bytes).verify(signedBy: Identity.user.certificate)
        }
    }

    @Test(arguments: [
        ("<version>2007-10-10</version>", "<version>2009-01-01</version>", "version"),
        ("<user>123456789012</user>", "<user>1234-5678-9012</user>", "12 digits"),
        ("<size>4096</size>", "<size>-1</size>", "<size>"), ("<size>4096</size>", "<size>0</size>", "<size>"),
        ("<size>4096</size>", "<size>10737418241</size>", "<size>"), ("<size>4096</size>", "<size>99999999999999999999</size>", "<size>"),
        ("<size>4096</size>", "", "no <size>"), ("<size>4096</size>", "<size>4096</size><size>4097</size>", "<size> twice"),
        ("<bundled_size>96<", "<bundled_size>1e3<", "<bundled_size>"), ("count=\"2\"", "count=\"3\"", "its count says otherwise"),
        ("count=\"2\"", "", "its count says otherwise"), ("index=\"1\"", "index=\"0\"", "numbered"),
        ("index=\"1\"", "index=\"-1\"", "numbered"),
        ("index=\"1\"", "index=\"2\"", "numbered"), ("web.part.01", "web.part.00", "Two parts"), ("web.part.01", "../x", "leads elsewhere"),
        ("web.part.01", "..", "leads elsewhere"), ("web.part.01", "a/b", "leads elsewhere"),
        ("web.part.01", "a&#10;b", "control characters"),
        ("web.part.01", "a&#x7f;b", "control characters"), ("algorithm=\"SHA1\">00", "algorithm=\"MD5\">00", "SHA1"),
        ("<digest algorithm=\"SHA1\">00", "<digest algorithm=\"SHA1\">", "hexadecimal"),
        ("<ec2_encrypted_key algorithm=\"AES-128-CBC\">0", "<ec2_encrypted_key algorithm=\"AES-128-CBC\">x", "hexadecimal"),
        ("user_encrypted_key algorithm=\"AES-128-CBC\"", "user_encrypted_key algorithm=\"AES-256-CBC\"", "AES-128-CBC"),
        ("<architecture>x86_64", "<architecture>sparc", "<architecture>"),
        ("<type>machine", "<type>toaster", "<type>"), ("<type>machine</type>", "", "no <type>"),
        ("<manifest>", "<!DOCTYPE a><manifest>", "well-formed"),
    ])
    func whatIsRefused(what: String, with: String, cause: String) throws {
        let changed = try text().replacingOccurrences(of: what, with: with)
        #expect(try changed != text())
        let error = #expect(throws: BundleError.self) { try SignedManifest(parsing: Array(changed.utf8)) }
        #expect(error?.cause.contains(cause) == true)
    }

    @Test func missingKeysAndSignatures() throws {
        for name in ["ec2_encrypted_key", "user_encrypted_key", "ec2_encrypted_iv", "user_encrypted_iv", "signature"] {
            let text = try text()
            let start = try #require(text.range(of: "<\(name)"))
            let end = try #require(text.range(of: "</\(name)>"))
            for replacement in ["", "<\(name) algorithm=\"AES-128-CBC\"/>"] {
                let changed = text.replacingCharacters(in: start.lowerBound..<end.upperBound, with: replacement)
                let error = #expect(throws: BundleError.self) { try SignedManifest(parsing: Array(changed.utf8)) }
                #expect(error?.cause.contains("<\(name)>") == true)
            }
        }
    }

    @Test func whatIsTooLarge() throws {
        let padded = try text() + String(repeating: " ", count: 1 << 20)
        #expect(throws: BundleError.self) { try SignedManifest(parsing: Array(padded.utf8)) }
        var manifest = Self.sample
        manifest.parts = (0..<2_049).map { BundlePart(name: "p\($0)", digest: [UInt8](repeating: 1, count: 20)) }
        #expect(throws: BundleError.self) { try SignedManifest(parsing: Array(text(manifest).utf8)) }
        manifest.parts.removeLast()
        #expect(try SignedManifest(parsing: Array(text(manifest).utf8)).manifest.parts.count == 2_048)
    }
}
