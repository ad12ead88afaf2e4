import Bundles
import Foundation
import TestSupport
import Testing

@Suite struct MovingTests {
    @Test func aManifestForAnotherRegion() throws {
        var bundle = try BundleBox(BadBundleTests.disk)
        bundle.manifest.kernelID = "aki-here"
        bundle.manifest.ramdiskID = "ari-here"
        let source = try SignedManifest(parsing: bundle.manifest.signed(by: Identity.user.key))
        let moved = try SignedManifest(
            parsing: source.moved(
                from: Identity.region.key,
                to: Identity.other.certificate,
                ids: MappedIDs(kernel: "aki-there"),
                account: "210987654321",
                signer: Identity.other.key
            )
        )
        try moved.verify(signedBy: Identity.other.certificate)
        #expect(throws: BundleError.self) { try moved.verify(signedBy: Identity.user.certificate) }
        var expected = bundle.manifest
        expected.kernelID = "aki-there"
        expected.account = "210987654321"
        expected.ec2 = moved.manifest.ec2
        #expect(moved.manifest == expected)
        bundle.manifest = moved.manifest
        #expect(try bundle.opened(key: BundleKey(unwrapping: moved.manifest.ec2, with: Identity.other.key)) == BadBundleTests.disk.bytes)
        #expect(try bundle.opened(key: BundleKey(unwrapping: moved.manifest.user, with: Identity.user.key)) == BadBundleTests.disk.bytes)
        #expect(throws: BundleError.undecipherable) { try bundle.opened() }
    }

    /// What this program does not know, comments and white space stay as they were.
    @Test func everythingElseStays() throws {
        let text = String(decoding: try BundleBox(BadBundleTests.disk).manifest.signed(by: Identity.user.key), as: UTF8.self)
            .replacingOccurrences(of: "<type>", with: "<!-- a remark --><later b=\"1\" a='2'>\n x</later>\n\t<type>")
            .replacingOccurrences(of: "<signature>", with: "<own/><signature>")
        let moved = try SignedManifest(parsing: Array(text.utf8))
            .moved(from: Identity.region.key, to: Identity.other.certificate, account: "210987654321", signer: Identity.other.key)
        try SignedManifest(parsing: moved).verify(signedBy: Identity.other.certificate)
        func without(_ document: String) -> String {
            var document = document
            for name in ["user", "ec2_encrypted_key", "ec2_encrypted_iv", "signature"] {
                guard let start = document.range(of: "<\(name)"), let end = document.range(of: "</\(name)>") else { continue }
                document.removeSubrange(start.upperBound..<end.lowerBound)
            }
            return document
        }
        #expect(without(String(decoding: moved, as: UTF8.self)) == without(text))
    }

    @Test func aKeyThatDoesNotOpenIt() throws {
        let source = try SignedManifest(parsing: BundleBox(BadBundleTests.disk).manifest.signed(by: Identity.user.key))
        #expect(throws: BundleError.self) {
            try source.moved(from: Identity.user.key, to: Identity.other.certificate, account: "210987654321", signer: Identity.other.key)
        }
    }
}
