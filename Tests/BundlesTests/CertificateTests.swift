import Bundles
import Foundation
import Testing

@Suite struct CertificateTests {
    @Test func aRegionsCertificate() throws {
        try Tool.inFolder { folder in
            let pems = Identity.region.pems
            try Data(pems.certificatePEM.utf8).write(to: folder.appending(path: "cert"))
            try Data(pems.privateKeyPEM.utf8).write(to: folder.appending(path: "key"))
            let subject = try Tool.run("openssl", ["x509", "-in", "cert", "-noout", "-subject", "-issuer", "-enddate"], in: folder)
            #expect(subject == "subject=CN = Ferry eu-test-1\nissuer=CN = Ferry eu-test-1\nnotAfter=Nov 14 22:13:20 2043 GMT\n")
            #expect(try Tool.run("openssl", ["verify", "-check_ss_sig", "-CAfile", "cert", "cert"], in: folder) == "cert: OK\n")
            #expect(try Tool.run("openssl", ["rsa", "-in", "key", "-noout", "-check"], in: folder).contains("ok"))
            #expect(Identity.region.key.belongs(to: Identity.region.certificate))
            #expect(!Identity.other.key.belongs(to: Identity.region.certificate))
        }
    }

    /// As guests check the identity document of their instance.
    @Test func documentsAreSigned() throws {
        try Tool.inFolder { folder in
            let (pems, document) = (Identity.region.pems, "{\n  \"instanceId\" : \"i-0123456789abcdef0\"\n}")
            func write(_ bytes: [UInt8], _ name: String) throws { try Data(bytes).write(to: folder.appending(path: name)) }
            try write(Array(pems.certificatePEM.utf8), "cert")
            try write(Array(document.utf8), "document")
            try write(Identity.region.key.signature(over: Array(document.utf8)), "signature")
            try write(Identity.region.key.signedData(Array(document.utf8), with: pems.certificatePEM), "pkcs7")
            try write(Array(Tool.run("openssl", ["x509", "-in", "cert", "-noout", "-pubkey"], in: folder).utf8), "public")
            let plain = ["dgst", "-sha256", "-verify", "public", "-signature", "signature", "document"]
            #expect(try Tool.run("openssl", plain, in: folder) == "Verified OK\n")
            let verify = ["smime", "-verify", "-binary", "-in", "pkcs7", "-inform", "DER", "-noverify"]
            #expect(try Tool.run("openssl", verify, in: folder) == document)
            #expect(try Tool.run("openssl", verify + ["-nointern", "-certfile", "cert"], in: folder) == document)
            try write(Identity.other.key.signedData(Array(document.utf8), with: pems.certificatePEM), "pkcs7")
            #expect(throws: Tool.Failure.self) { try Tool.run("openssl", verify, in: folder) }
        }
    }

    /// Until 2049 its end is written with two digits of the year, later with four (RFC 5280, 4.1.2.5).
    @Test(arguments: ["2026-02-28T23:59:59Z", "2029-12-31T00:00:00Z", "2044-02-29T12:00:01Z"])
    func whenACertificateEnds(start: String) throws {
        let now = try Date(start, strategy: .iso8601)
        let made = try RSACertificate(pem: RegionCertificate.make(region: "eu-test-1", now: now).certificatePEM)
        #expect(made.expiresAt == now.addingTimeInterval(20 * 365.25 * 86_400))
    }

    /// 1,024 bits, as EC2's tools made them, in PKCS #1 and PKCS #8, with openssl's text in front of the certificate.
    @Test func anOldUsersCertificate() throws {
        try Tool.inFolder { folder in
            let request = [
                "req", "-x509", "-newkey", "rsa:1024", "-nodes", "-subj", "/CN=u", "-days", "2", "-text", "-keyout", "key", "-out", "cert",
            ]
            try Tool.run("openssl", request, in: folder)
            try Tool.run("openssl", ["rsa", "-in", "key", "-traditional", "-out", "old"], in: folder)
            func text(_ name: String) throws -> String {
                String(decoding: try Data(contentsOf: folder.appending(path: name)), as: UTF8.self)
            }
            let certificate = try RSACertificate(pem: text("cert"))
            let bundleKey = try BundleKey(key: [UInt8](0..<16), iv: [UInt8](16..<32))
            let wrapped = try bundleKey.wrapped(for: certificate)
            for name in ["key", "old"] {
                let key = try RSAPrivateKey(pem: text(name))
                #expect(key.belongs(to: certificate))
                _ = try BundleKey(unwrapping: wrapped, with: key)
                let signed = try SignedManifest(parsing: ManifestTests.sample.signed(by: key))
                try signed.verify(signedBy: certificate)
            }
        }
    }

    @Test func whatIsNoCertificateOrKey() throws {
        try Tool.inFolder { folder in
            try Tool.run(
                "openssl",
                [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=u", "-keyout", "key",
                    "-out", "cert",
                ],
                in: folder
            )
            try Tool.run("openssl", ["genrsa", "-aes128", "-passout", "pass:secret", "-out", "locked", "2048"], in: folder)
            for name in ["cert", "key"] {
                let text = String(decoding: try Data(contentsOf: folder.appending(path: name)), as: UTF8.self)
                #expect(throws: BundleError.self) { try RSACertificate(pem: text) }
                #expect(throws: BundleError.self) { try RSAPrivateKey(pem: text) }
            }
            let locked = String(decoding: try Data(contentsOf: folder.appending(path: "locked")), as: UTF8.self)
            #expect(throws: BundleError.self) { try RSAPrivateKey(pem: locked) }
            #expect(throws: BundleError.self) { try RSACertificate(pem: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n") }
        }
    }

    @Test func keysHaveNoText() {
        let key = BundleKey()
        #expect("\(key) \(String(reflecting: key))" == "a bundle key a bundle key")
        var dumped = ""
        dump(key, to: &dumped)
        #expect(dumped == "- a bundle key\n")
    }
}
