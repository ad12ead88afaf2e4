import Blocks
import Domain
import Foundation
import Machines
import Metadata
import NIOCore
import Services
import TestSupport
import Testing

/// Instances of instance-store images: their disks come out of bundles, and go with them.
@Suite(.againstHangs) struct InstanceStoreTests {
    private static let bytes = 1_500_000
    private static let opened = "Opened the bundle of an image for an instance"

    /// A Region with an image of a bundle, which is available.
    private func run(faultyDisks: Bool = false, _ body: (GuestWorld, ImageID) async throws -> Void) async throws {
        try await GuestWorld.run(faultyDisks: faultyDisks) { guests in
            let world = guests.world
            world.giveMachines()
            try await world.bundle(bytes: Self.bytes)
            let image = try await world.register(bundle: "web")
            try await world.reconciling {
                let verified = try await world.end(of: image, in: World.home)
                #expect(verified.state == .available)
            }
            try await body(guests, image)
        }
    }

    private func launch(_ image: ImageID, _ guests: GuestWorld, count: Int = 1) async throws -> [InstanceID] {
        try await guests.world.launch(image, count...count) { $0.type = "t1.micro" }.map(\.instance.id)
    }

    private func disk(_ id: InstanceID, _ guests: GuestWorld) async throws -> InstanceDisk? {
        try await guests.database.read { try InstanceDiskTable($0).disk(of: id) }
    }

    /// Reads the disk as a guest would.
    private func expectContent(of disk: InstanceDisk, _ world: World) async throws {
        try await world.guest(of: disk.id) { guest in
            #expect(guest.byteCount == disk.byteCount)
            let content = Array(SampleBody.content(Self.bytes, seed: 1).readableBytesView)
            #expect(try await guest.read(0..<Self.bytes) == content)
            let rest = try await guest.read(Self.bytes..<Int(disk.byteCount))
            #expect(rest.allSatisfy { $0 == 0 })
        }
        await world.volumeDisks.close(disk.id)
    }

    @Test func itsDiskComesOutOfTheBundle() async throws {
        try await run { guests, image in
            try await guests.served {
                let id = try await launch(image, guests)[0]
                try await guests.until(id, is: .running)
                let disk = try #require(try await disk(id, guests))
                #expect(disk.root != nil)
                #expect(try await guests.volumesOf(id).isEmpty)
                let machine = try #require(guests.host.machine(id))
                #expect(machine.description.disks.map(\.slot) == [0])
                #expect(machine.description.disks.map(\.volume) == [disk.id.rawValue])
                #expect(guests.volumes.served == [disk.id])
                try await expectContent(of: disk, guests.world)

                // A reboot keeps it; the end does not.
                try await guests.reboot(id)
                try await guests.until("it was reset") { machine.resets == 1 }
                #expect(try await self.disk(id, guests) == disk)
                try await guests.terminate(id)
                try await guests.until(id, is: .terminated)
                #expect(try await self.disk(id, guests) == nil)
                #expect(guests.volumes.served.isEmpty)
                #expect(guests.volumes.settled == [disk.id])
            }
        }
    }

    @Test func instancesOfAnImageHaveItsBlocksFromEachOther() async throws {
        try await run { guests, image in
            try await guests.served {
                let ids = try await launch(image, guests, count: 3)
                for id in ids { try await guests.until(id, is: .running) }
                var roots: Set<[UInt8]> = []
                for id in ids { roots.insert(try #require(try await disk(id, guests)?.root)) }
                #expect(roots.count == 1)
                #expect(guests.world.log.count(Self.opened) == 1)
                for id in ids { try await guests.terminate(id) }
                for id in ids { try await guests.until(id, is: .terminated) }
                // Nobody has them any more.
                let id = try await launch(image, guests)[0]
                try await guests.until(id, is: .running)
                #expect(guests.world.log.count(Self.opened) == 2)
            }
        }
    }

    @Test func collectionsKeepTheBlocksAsLongAsAnInstanceNeedsThem() async throws {
        try await run { guests, image in
            let world = guests.world
            let collector = Collector(store: guests.store, deployment: world.deployment, schedule: .init(pause: 0, grace: 60))
            try await guests.served {
                let id = try await launch(image, guests)[0]
                try await guests.until(id, is: .running)
                let disk = try #require(try await disk(id, guests))
                try await guests.database.write { try ReleaseTable($0).insert(root: nil, at: world.clock.now) }
                world.clock.advance(seconds: 61)
                #expect(try await collector.collect().framesRemoved == 0)
                try await expectContent(of: disk, world)
                try await guests.terminate(id)
                try await guests.until(id, is: .terminated)
                world.clock.advance(seconds: 61)
                #expect(try await collector.collect().framesRemoved > 0)
            }
        }
    }

    /// What is wrong with the bundle is told in the instance's reason, and nothing of it is left.
    @Test(arguments: [
        "is damaged", "HTTP 404 (Not Found) response for s3://depot/web/disk.part.00", "was replaced", "HTTP 403 (Forbidden)",
    ])
    func aBundleThatIsNotGoodAnyMore(cause: String) async throws {
        try await run { guests, image in
            let world = guests.world
            switch cause {
            case "is damaged": try await world.put("web/disk.part.00", ByteBuffer(repeating: 7, count: 1_000))
            case "was replaced":
                var body = SampleBody(try await SampleBundle(for: World.home, of: world).document(), md5: 2)
                _ = try await world.objects().put(.init(bucket: "depot", key: "web/image.manifest.xml", attributes: .init()), &body)
            case "HTTP 403 (Forbidden)":
                let policy = """
                    {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject",
                    "Resource": "arn:aws:s3:::depot/*"}]}
                    """
                try await world.buckets().set(BucketPolicy(parsing: Array(policy.utf8), for: "depot"), of: "depot")
            default: _ = try await world.objects().delete("web/disk.part.00", in: "depot")
            }
            try await guests.served {
                let id = try await launch(image, guests)[0]
                try await guests.until(id, is: .terminated)
                let reason = try #require(try await guests.instance(id).reason)
                #expect(reason.code == "Client.InternalError")
                #expect(reason.message.contains(cause))
                #expect(try await disk(id, guests) == nil)
                #expect(guests.host.running.isEmpty && guests.volumes.served.isEmpty)
            }
        }
    }

    /// The next server does it anew; a termination does not wait for the whole bundle.
    @Test(arguments: [false, true]) func itIsCutOffInTheMiddle(isTerminated: Bool) async throws {
        try await run(faultyDisks: true) { guests, image in
            let faulty = try #require(guests.world.disks[World.home])
            let gate = ThreadGate()
            faulty.setFaults { event in
                if event.call == .read { gate.pass() }
                return nil
            }
            let id = try await launch(image, guests)[0]
            let server = Task { try await guests.served { try await guests.until("a part is read") { gate.isReached } } }
            try await until("a part is read") { gate.isReached }
            if isTerminated { try await guests.terminate(id) }
            gate.open()
            try await server.value
            faulty.setFaults(nil)
            try await guests.served { try await guests.until(id, is: isTerminated ? .terminated : .running) }
            let root = try await disk(id, guests)?.root
            #expect((root == nil) == isTerminated)
            #expect(guests.world.log.count(Self.opened) <= 1)
        }
    }

    @Test func itsRootDeviceIsNoVolume() async throws {
        try await run { guests, image in
            let device = ImageRegistration.Device(name: "/dev/sda1", volume: ImageRegistration.Volume(sizeGiB: 8))
            await expectFault(.invalidBlockDeviceMapping) {
                _ = try await guests.world.launch(image) { ($0.type, $0.devices) = ("t1.micro", [device]) }
            }
            try await guests.served {
                let id = try await launch(image, guests)[0]
                try await guests.until(id, is: .running)
                let volume = try await guests.freeVolume()
                let volumes = guests.world.volumes()
                await expectFault(.invalidParameterValue) {
                    _ = try await volumes.attach(.init(volume: volume.rawValue, instance: id.rawValue, device: "/dev/sda1"))
                }
                _ = try await volumes.attach(.init(volume: volume.rawValue, instance: id.rawValue, device: "/dev/sdf"))
                try await guests.until("it has both") { guests.host.machine(id)?.attached.count == 2 }
                await expectFault(.unsupportedOperation) { try await guests.stop(id) }
                try #require(guests.host.machine(id)).shutDownByItself()
                try await guests.until(id, is: .terminated)
                #expect(try await guests.database.read { try VolumeTable($0).volume(volume) }?.state == .available)
            }
        }
    }
}
