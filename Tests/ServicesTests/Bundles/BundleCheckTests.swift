import Domain
import Foundation
import Glibc
import Metadata
import NIOCore
import Services
import TestSupport
import Testing

/// What becomes of registered bundles.
@Suite struct BundleCheckTests {
    private static let failure = "A job failed"

    @Test func aGoodBundleBecomesAvailable() async throws {
        try await World.run { world in
            try await world.bundle(bytes: 12 << 20)
            let id = try await world.register(bundle: "web")
            let image = try await world.verified(id)
            #expect(image.state == .available)
            #expect(image.stateReason == nil)
            #expect(try await world.checks().isEmpty)
        }
    }

    @Test(arguments: seeds(8))
    func aBundleWithOneFlippedBitFails(seed: UInt64) async throws {
        try await World.run { world in
            var random = SeededGenerator(seed: seed)
            let bundle = try await world.bundle(bytes: 300_000, seed: seed)
            for (name, bytes) in bundle.parts {
                var bytes = bytes
                let place = Int.random(in: 0..<bytes.readableBytes, using: &random)
                let byte = try #require(bytes.getInteger(at: place, as: UInt8.self))
                bytes.setInteger(byte ^ 1 << UInt8.random(in: 0..<8, using: &random), at: place)
                try await world.put("web/\(name)", bytes)
            }
            let id = try await world.register(bundle: "web")
            let image = try await world.verified(id)
            #expect(image.state == .failed)
            #expect(image.stateReason?.code == "Client.InvalidManifest")
            #expect(image.stateReason?.message.contains("\"disk.part.00\", is damaged") == true)
        }
    }

    @Test func aBundleForAnotherRegionFails() async throws {
        try await World.run { world in
            try await world.bundle()
            try await world.put(try await SampleBundle(for: World.away, of: world))
            let id = try await world.register(bundle: "web")
            let reason = try await world.verified(id).stateReason
            #expect(reason?.message.contains("do not decrypt") == true)
        }
    }

    @Test func whatMayPassIsTriedAgain() async throws {
        try await World.run(faultyDisks: true) { world in
            let disk = try #require(world.disks[World.home])
            try await world.bundle()
            let id = try await world.register(bundle: "web")
            disk.setFaults { $0.call == .read ? .error(EIO) : nil }
            try await world.reconciling {
                try await until("it failed once") { world.log.count(Self.failure) == 1 }
                disk.setFaults(nil)
                try await world.untilSettled(id, in: World.home)
            }
            #expect(try await world.describe(id, in: World.home)?.state == .available)
        }
    }

    @Test func whatDoesNotPassFailsTheImage() async throws {
        try await World.run(faultyDisks: true) { world in
            let disk = try #require(world.disks[World.home])
            try await world.bundle()
            let id = try await world.register(bundle: "web")
            disk.setFaults { $0.call == .read ? .error(EIO) : nil }
            try await world.reconciling { try await world.untilSettled(id, in: World.home) }
            #expect(world.log.count(Self.failure) == 5)
            #expect(try await world.describe(id, in: World.home)?.stateReason?.code == "Server.InternalError")
            #expect(try await world.checks().isEmpty)
        }
    }

    @Test func aManifestThatWasReplacedFails() async throws {
        try await World.run { world in
            let bundle = try await world.bundle()
            let id = try await world.register(bundle: "web")
            var body = SampleBody(try bundle.document(), md5: 2)
            _ = try await world.objects().put(.init(bucket: "depot", key: "web/image.manifest.xml", attributes: .init()), &body)
            let reason = try await world.verified(id).stateReason
            #expect(reason?.message.contains("was replaced") == true)
        }
    }

    /// In a bucket with versions the registered one is read.
    @Test func aVersionOfAManifestStays() async throws {
        try await World.run { world in
            try await world.buckets().create("depot")
            try await world.buckets().setVersioning(.enabled, of: "depot")
            let bundle = try await SampleBundle(for: World.home, of: world)
            try await world.put(bundle)
            let id = try await world.register(bundle: "web")
            try await world.put("web/image.manifest.xml", ByteBuffer(string: "something else"))
            #expect(try await world.verified(id).state == .available)
        }
    }

    @Test func aPartThatIsGoneIsTheCause() async throws {
        try await World.run { world in
            try await world.bundle()
            let id = try await world.register(bundle: "web")
            _ = try await world.objects().delete("web/disk.part.00", in: "depot")
            let reason = try await world.verified(id).stateReason
            #expect(reason?.message.contains("HTTP 404 (Not Found) response for s3://depot/web/disk.part.00") == true)
        }
    }

    @Test func aServerThatStopsInTheMiddleLeavesItToTheNext() async throws {
        try await World.run(faultyDisks: true) { world in
            let disk = try #require(world.disks[World.home])
            try await world.bundle()
            let id = try await world.register(bundle: "web")
            let gate = ThreadGate()
            disk.setFaults { event in
                if event.call == .read { gate.pass() }
                return nil
            }
            let (store, deployment) = (world.store(World.home), world.deployment)
            let scratch = world.scratch(World.home)
            let inbound = CopyReconciler(store: store, deployment: deployment).inbound
            let first = Task { try await JobReconciler(store: store, deployment: deployment, inbound: inbound, scratch: scratch).run() }
            try await until("a part is being read") { gate.isReached }
            first.cancel()
            gate.open()
            _ = await first.result
            #expect(try await world.checks().map(\.retries.attempts) == [0])
            #expect(try await world.describe(id, in: World.home)?.state == .pending)
            #expect(try await world.verified(id).state == .available)
        }
    }

    @Test func deregisteringStopsIt() async throws {
        try await World.run(faultyDisks: true) { world in
            let disk = try #require(world.disks[World.home])
            try await world.bundle()
            let id = try await world.register(bundle: "web")
            let gate = ThreadGate()
            disk.setFaults { event in
                if event.call == .read { gate.pass() }
                return nil
            }
            try await world.reconciling {
                try await until("a part is being read") { gate.isReached }
                _ = try await world.images(World.home).deregister(id.rawValue, deletesSnapshots: true)
                gate.open()
                try await until("it stopped") { world.log.count("Undid a job that was cancelled") == 1 }
            }
            #expect(try await world.describe(id, in: World.home) == nil)
            #expect(try await world.objects().head("web/disk.part.00", in: "depot").bytes > 0)
        }
    }
}

extension World {
    fileprivate func checks() async throws -> [Job] {
        try await store(World.home).database.read { try JobTable($0).waiting(1000, of: .bundleCheck, at: .distantFuture) }
    }

    /// How the image ends.
    fileprivate func verified(_ id: ImageID) async throws -> Image {
        var image: Image?
        try await reconciling { image = try await end(of: id, in: World.home) }
        guard let image else { throw NotReached(description: "\(id) did not end") }
        return image
    }
}
