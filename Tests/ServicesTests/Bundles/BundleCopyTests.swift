import Bundles
import Domain
import Glibc
import Metadata
import NIOCore
import Services
import TestSupport
import Testing

/// CopyImage of instance-store images.
@Suite struct BundleCopyTests {
    @Test func theCopyIsTheSameBundleForItsRegion() async throws {
        try await World.run { world in
            let bundle = try await world.bundle(bytes: 12 << 20)
            let source = try await world.registered("web")
            let copy = try await world.copied(source, as: "copy")
            #expect(copy.state == .available)
            #expect(copy.stateReason == nil)
            #expect(copy.source == Image.Source(id: source, region: World.home))
            #expect(copy.traits.architecture == .amd64)
            let place = try #require(copy.bundle)
            #expect(place.manifest.bucket.rawValue.wholeMatch(of: /amis-for-123456789012-in-eu-west-1-[a-z0-9]{8}/) != nil)
            #expect(place.manifest.key.text == "\(copy.id)/image.manifest.xml")
            #expect(place.imageBytes == 12 << 20)
            for (name, bytes) in bundle.parts {
                #expect(try await world.bytes(of: "\(copy.id)/\(name)", in: place.manifest.bucket, World.away) == bytes)
            }
            #expect(try await world.disk(of: copy, in: World.away) == SampleBody.content(12 << 20, seed: 1))
        }
    }

    @Test func copiesOfARegionShareABucket() async throws {
        try await World.run { world in
            try await world.bundle()
            let source = try await world.registered("web")
            let buckets = try await [
                world.copied(source, as: "one"), world.copied(source, as: "two"), world.copied(source, as: "three", into: World.home),
            ].map { $0.bundle?.manifest.bucket }
            #expect(buckets[0] == buckets[1])
            #expect(buckets[2]?.rawValue.hasPrefix("amis-for-123456789012-in-us-east-1-") == true)
            #expect(try await Buckets(world.call(World.away)).list().count == 3)
        }
    }

    @Test func firstCopiesAtOnceMakeOneBucket() async throws {
        try await World.run { world in
            try await world.bundle()
            let source = try await world.registered("web")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<8 {
                    group.addTask { _ = try await world.images(World.away).copy(.of(source, name: "copy \(number)")) }
                }
                try await group.waitForAll()
            }
            #expect(try await Buckets(world.call(World.away)).list().count == 2)
        }
    }

    @Test func theCopyOutlivesItsSource() async throws {
        try await World.run { world in
            let bundle = try await world.bundle()
            let source = try await world.registered("web")
            let copy = try await world.copied(source, as: "copy")
            _ = try await world.images(World.home).deregister(source.rawValue, deletesSnapshots: false)
            for name in Array(bundle.parts.keys) + ["image.manifest.xml"] {
                _ = try await world.objects().delete("web/\(name)", in: "depot")
            }
            try await world.buckets().delete("depot")
            #expect(try await world.disk(of: copy, in: World.away) == SampleBody.content(700_000, seed: 1))
            let second = try await world.copied(copy.id, as: "back", from: World.away, into: World.home)
            #expect(try await world.disk(of: second, in: World.home) == SampleBody.content(700_000, seed: 1))
        }
    }

    @Test func aPartThatWasReplacedFailsTheCopyAndLeavesNothing() async throws {
        try await World.run { world in
            try await world.bundle()
            let source = try await world.registered("web")
            let part = try await world.objects().head("web/disk.part.00", in: "depot")
            try await world.put("web/disk.part.00", SampleBody.content(Int(part.bytes), seed: 9))
            let copy = try await world.copied(source, as: "copy")
            #expect(copy.state == .failed)
            #expect(copy.stateReason?.code == "Client.InvalidManifest")
            #expect(copy.stateReason?.message.contains("disk.part.00") == true)
            #expect(try await world.keys(of: copy).isEmpty)
        }
    }

    @Test func whatMayPassIsTriedAgainAndGoesOnBehindThePartsThatHaveArrived() async throws {
        try await World.run(faultyDisks: true) { world in
            let bundle = try await world.bundle(bytes: 72 << 20)
            #expect(bundle.parts.count > 1)
            let source = try await world.registered("web")
            let disk = try #require(world.disks[World.away])
            let id = try await world.images(World.away).copy(.of(source, name: "copy"))
            // The parts of a bundle do not compress: the first is on the disk when the second does not get there.
            disk.setFaults { $0.call == .write && $0.offset > 10 << 20 ? .error(EIO) : nil }
            try await world.reconciling {
                try await until("it failed once") { world.log.count("A job failed") == 1 }
                #expect(try await world.describe(id)?.state == .pending)
                disk.setFaults(nil)
                try await world.untilSettled(id, in: World.away)
            }
            let copy = try #require(try await world.describe(id))
            #expect(copy.state == .available)
            #expect(try await world.disk(of: copy, in: World.away) == SampleBody.content(72 << 20, seed: 1))
        }
    }

    @Test func aPartThatIsRemovedBeforeTheImageIsAvailableFailsIt() async throws {
        try await World.run(faultyDisks: true) { world in
            try await world.bundle(bytes: 96 << 20)
            let source = try await world.registered("web")
            let id = try await world.images(World.away).copy(.of(source, name: "copy"))
            let copy = try #require(try await world.describe(id))
            let (disk, gate) = (try #require(world.disks[World.away]), ThreadGate())
            // Behind the first part of 10 MiB and its map, and before the end of the second.
            disk.setFaults { event in
                if event.call == .write, event.offset > (10 << 20) + (1 << 18) { gate.pass() }
                return nil
            }
            try await world.reconciling {
                try await until("the second part is on its way") { gate.isReached }
                #expect(try await world.keys(of: copy) == ["\(id)/disk.part.00"])
                let bucket = try #require(copy.bundle?.manifest.bucket.rawValue)
                _ = try await Objects(world.call(World.away)).delete("\(id)/disk.part.00", in: bucket)
                gate.open()
                try await world.untilSettled(id, in: World.away)
            }
            let failed = try #require(try await world.describe(id))
            #expect(failed.state == .failed)
            #expect(failed.stateReason?.code == "Client.InvalidManifest")
            #expect(failed.stateReason?.message.contains("/\(id)/disk.part.00 was removed or replaced") == true)
            #expect(try await world.keys(of: copy).isEmpty)
        }
    }

    @Test func deregisteringThePendingImageTakesAwayWhatHasArrived() async throws {
        try await World.run(faultyDisks: true) { world in
            try await world.bundle(bytes: 24 << 20)
            let source = try await world.registered("web")
            let id = try await world.images(World.away).copy(.of(source, name: "copy"))
            let copy = try #require(try await world.describe(id))
            let (disk, gate) = (try #require(world.disks[World.home]), ThreadGate())
            disk.setFaults { event in
                if event.call == .read { gate.pass() }
                return nil
            }
            try await world.reconciling {
                try await until("a part is being read") { gate.isReached }
                _ = try await world.images(World.away).deregister(id.rawValue, deletesSnapshots: false)
                gate.open()
                try await until("it was undone") { world.log.count("Undid a job that was cancelled") == 1 }
            }
            #expect(try await world.describe(id) == nil)
            #expect(try await world.keys(of: copy).isEmpty)
        }
    }

    @Test func whatIsRefusedMakesNoBucket() async throws {
        try await World.run { world in
            try await world.bundle()
            let source = try await world.registered("web")
            func refused(_ code: FaultCode, _ copy: ImageCopy) async {
                await expectFault(code) { _ = try await world.images(World.away).copy(copy) }
            }
            await refused(.invalidParameterCombination, .of(source, name: "copy", encryption: EncryptionRequest(isEncrypted: true)))
            await refused(.invalidParameterCombination, .of(source, name: "copy", minutes: 15))
            await refused(.invalidImageNameMalformed, .of(source, name: "c"))
            _ = try await world.objects().delete("web/disk.part.00", in: "depot")
            await refused(.invalidRequest, .of(source, name: "copy"))
            await expectFault(.invalidRequest) {
                try await world.call(World.away).rehearse { _ = try await Images($0).copy(.of(source, name: "copy")) }
            }
            #expect(try await Buckets(world.call(World.away)).list().count == 1)
        }
    }
}

extension World {
    /// An image of the sample bundle that is available.
    func registered(_ name: String) async throws -> ImageID {
        let id = try await register(bundle: name)
        try await reconciling { _ = try await end(of: id, in: World.home) }
        return id
    }

    /// How a copy ends.
    func copied(_ source: ImageID, as name: String, from: Region = World.home, into region: Region = World.away) async throws -> Image {
        let id = try await images(region).copy(.of(source, in: from, name: name))
        var image: Image?
        try await reconciling { image = try await end(of: id, in: region) }
        guard let image else { throw NotReached(description: "\(id) did not end") }
        return image
    }

    fileprivate func bytes(of key: String, in bucket: BucketName, _ region: Region) async throws -> ByteBuffer {
        let objects = Objects(call(region))
        let object = try await objects.head(key, in: bucket.rawValue)
        var reader = try await objects.read(object, range: 0..<object.bytes)
        var bytes = ByteBuffer()
        while var piece = try await reader.next() { bytes.writeBuffer(&piece) }
        return bytes
    }

    /// The disk in the bundle of an image, opened as its Region opens it.
    fileprivate func disk(of image: Image, in region: Region) async throws -> ByteBuffer {
        guard let place = image.bundle?.manifest else { throw NotReached(description: "\(image.id) has no bundle") }
        let document = try await bytes(of: place.key.text, in: place.bucket, region)
        let manifest = try SignedManifest(parsing: Array(document.readableBytesView))
        let certificates = store(region).keys.certificates
        try manifest.verify(signedBy: RSACertificate(pem: try await certificates.require()))
        let key = try BundleKey(unwrapping: manifest.manifest.ec2, with: try await certificates.privateKey())
        var disk = ByteBuffer(repeating: 0, count: Int(manifest.manifest.size))
        try await Unbundler.run(manifest.manifest, key: key) { part in
            let bytes = try await bytes(of: "\(image.id)/\(part.name)", in: place.bucket, region)
            return AsyncStream { continuation in
                continuation.yield(bytes)
                continuation.finish()
            }
        } write: { extent in
            disk.setBuffer(extent.bytes, at: Int(extent.offset))
        }
        return disk
    }

    /// The keys in the folder of a copy.
    fileprivate func keys(of copy: Image) async throws -> [String] {
        guard let bucket = copy.bundle?.manifest.bucket.rawValue else { return [] }
        return try await Objects(call(World.away)).list(ObjectListing(prefix: "\(copy.id)/"), in: bucket).elements.map(\.key.text)
    }
}
