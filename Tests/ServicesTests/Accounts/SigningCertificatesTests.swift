import Bundles
import Domain
import Foundation
import Metadata
import NIOCore
import Services
import TestSupport
import Testing

/// What the certificates of an account let through.
@Suite struct SigningCertificatesTests {
    @Test func withoutACertificateNoSignatureIsChecked() async throws {
        try await World.run { world in
            try await world.bundle()
            _ = try await world.register(bundle: "web")
        }
    }

    @Test func withOneItsSignatureIsAskedFor() async throws {
        try await World.run { world in
            let signer = try Signer(until: 21, world)
            _ = try await world.certificates().upload(signer.pem)
            let bundle = try await world.bundle()
            let fault = await expectFault(.invalidManifest) { _ = try await world.register(bundle: "web") }
            #expect(fault?.message.contains("none of the 1 active signing certificates") == true)
            try await world.put("web/image.manifest.xml", signer.signed(bundle.manifest))
            _ = try await world.register(bundle: "web")
        }
    }

    /// The Region signs copies for the account that it made them for: another's copy is not good here, whoever put it into the bucket.
    @Test func theRegionsSignatureIsForOneAccount() async throws {
        try await World.run { world in
            _ = try await world.certificates().upload(Signer(until: 21, world).pem)
            var bundle = try await world.bundle()
            let region = Signer(key: try await world.store(World.home).keys.certificates.privateKey())
            bundle.manifest.account = "999999999999"
            try await world.put("web/image.manifest.xml", region.signed(bundle.manifest))
            await expectFault(.invalidManifest) { _ = try await world.register(bundle: "web") }
            bundle.manifest.account = World.account.rawValue
            try await world.put("web/image.manifest.xml", region.signed(bundle.manifest))
            _ = try await world.register(bundle: "web")
            // The signature of the other Region says nothing here.
            let away = Signer(key: try await world.store(World.away).keys.certificates.privateKey())
            try await world.put("web/image.manifest.xml", away.signed(bundle.manifest))
            await expectFault(.invalidManifest) { _ = try await world.register(bundle: "more") }
        }
    }

    @Test func aCertificateThatHasEndedIsNotTaken() async throws {
        try await World.run { world in
            await expectFault(.malformedCertificate) { _ = try await world.certificates().upload(Signer(until: 0, world).pem) }
            #expect(try await world.certificates().list().certificates.isEmpty)
            // One that ends later goes on counting: what it signed was good.
            let signer = try Signer(until: 1, world)
            _ = try await world.certificates().upload(signer.pem)
            world.clock.advance(seconds: 2 * 366 * 86_400)
            let bundle = try await world.bundle()
            try await world.put("web/image.manifest.xml", signer.signed(bundle.manifest))
            _ = try await world.register(bundle: "web")
        }
    }

    @Test func theSameCertificateUnderOtherTextIsADuplicate() async throws {
        try await World.run { world in
            let signer = try Signer(until: 1, world)
            _ = try await world.certificates().upload(signer.pem)
            await expectFault(.duplicateCertificate) { _ = try await world.certificates().upload("Of the web team\n" + signer.pem) }
        }
    }
}

/// Somebody with a key who signs manifests.
private struct Signer {
    let key: RSAPrivateKey
    var pem = ""

    init(key: RSAPrivateKey) { self.key = key }

    /// With a certificate that ends so many years from now.
    init(until years: Double, _ world: World) throws {
        let year = 365.25 * 86_400
        let made = try RegionCertificate.make(region: "signer", now: world.clock.now.addingTimeInterval((years - 20) * year))
        key = try RSAPrivateKey(pem: made.privateKeyPEM)
        pem = made.certificatePEM
    }

    func signed(_ manifest: BundleManifest) throws -> ByteBuffer { ByteBuffer(bytes: try manifest.signed(by: key)) }
}

extension World {
    /// Those of the account, which has its row from the first start of a server on.
    fileprivate func certificates() async throws -> SigningCertificates {
        try await deployment.directory.write { [clock] in try DirectoryTable($0).insertAccount(World.account, at: clock.now) }
        return SigningCertificates(call(World.home))
    }
}
