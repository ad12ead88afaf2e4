import Bundles
import Domain
import Foundation
import NIOCore
import Services
import TestSupport

/// A bundle of a small disk, made for a Region of a world.
struct SampleBundle: Sendable {
    static let location = "depot/web/image.manifest.xml"

    var manifest: BundleManifest
    var parts: [String: ByteBuffer] = [:]

    private static let user: RegionCertificate? = try? RegionCertificate.make(region: "user", now: Date(timeIntervalSince1970: 0))

    init(for region: Region, of world: World, bytes: Int = 700_000, seed: UInt64 = 1) async throws {
        let key = BundleKey()
        let order = try BundleOrder(
            name: "disk",
            size: Int64(bytes),
            extents: [0..<Int64(bytes)],
            key: key,
            level: 1,
            time: Date(timeIntervalSince1970: 0)
        )
        let disk = SampleBody.content(bytes, seed: seed)
        var parts: [String: ByteBuffer] = [:]
        let contents = try await Bundler.run(order) { range in
            disk.getSlice(at: Int(range.lowerBound), length: range.count) ?? ByteBuffer()
        } write: { piece in
            if case .bytes(var bytes, let name) = piece { parts[name, default: ByteBuffer()].writeBuffer(&bytes) }
        }
        let certificate = try RSACertificate(pem: try await world.store(region).keys.certificates.require())
        manifest = BundleManifest(
            software: .init(name: "test", version: "1"),
            architecture: .amd64,
            name: "disk",
            account: World.account.rawValue,
            contents: contents,
            ec2: try key.wrapped(for: certificate),
            user: try key.wrapped(for: certificate)
        )
        self.parts = parts
    }

    func document() throws -> ByteBuffer {
        guard let user = Self.user else { throw BundleError("no key for the tests") }
        return ByteBuffer(bytes: try manifest.signed(by: RSAPrivateKey(pem: user.privateKeyPEM)))
    }
}

extension World {
    /// Puts a bundle beside its manifest into `depot`.
    func put(_ bundle: SampleBundle, kmsKey: String? = nil) async throws {
        for (name, bytes) in bundle.parts { try await put("web/\(name)", bytes, kmsKey: kmsKey) }
        try await put("web/image.manifest.xml", bundle.document(), kmsKey: kmsKey)
    }

    /// `depot`, with a bundle for the home Region in it.
    @discardableResult
    func bundle(bytes: Int = 700_000, seed: UInt64 = 1, kmsKey: String? = nil) async throws -> SampleBundle {
        try await buckets().create("depot")
        let bundle = try await SampleBundle(for: World.home, of: self, bytes: bytes, seed: seed)
        try await put(bundle, kmsKey: kmsKey)
        return bundle
    }

    func register(bundle name: String, by account: AccountID = World.account, in region: Region = World.home) async throws -> ImageID {
        try await Images(call(region, by: account)).register(.of(name))
    }

    /// Lets the time pass that lies between attempts, until an image is available or has failed.
    func untilSettled(_ id: ImageID, in region: Region) async throws {
        try await until("\(id) is no longer pending") {
            clock.advance(seconds: 60)
            store(region).jobsWakeup()
            return try await describe(id, in: region)?.state != .pending
        }
    }
}

extension BundleRegistration {
    static func of(_ name: String, at location: String = SampleBundle.location) -> BundleRegistration {
        let traits = MachineTraits(architecture: .i386, virtualization: .hvm)
        return BundleRegistration(name: name, description: "for a test", location: location, traits: traits)
    }
}
