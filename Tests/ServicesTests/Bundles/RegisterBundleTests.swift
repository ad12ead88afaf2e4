import Bundles
import Domain
import Metadata
import Services
import Testing

/// What is settled before RegisterImage answers.
@Suite struct RegisterBundleTests {
    @Test func theImageIsPendingWithWhatTheManifestSays() async throws {
        try await World.run { world in
            var bundle = try await world.bundle()
            bundle.manifest.kernelID = "aki-1"
            bundle.manifest.mappings = [.init(virtual: "ami", device: "sda1"), .init(virtual: "ephemeral0", device: "sdb")]
            try await world.put(bundle)
            let id = try await world.register(bundle: "web")
            let image = try #require(try await world.describe(id, in: World.home))
            #expect(image.state == .pending)
            #expect(image.rootDeviceType == .instanceStore)
            #expect(image.location == SampleBundle.location)
            #expect(image.traits.architecture == .amd64)
            #expect(image.traits.kernelID == "aki-1")
            #expect(image.rootDeviceName == "")
            #expect(image.devices == [BlockDevice(name: "sdb", target: .ephemeral(virtualName: "ephemeral0"))])
            #expect(image.bundle?.imageBytes == 700_000)
            #expect(image.bundle?.bundleBytes == bundle.manifest.bundledSize)
            #expect(image.bundle?.version == "null")
        }
    }

    @Test func nobodyRegistersWhatHeMayNotRead() async throws {
        try await World.run { world in
            try await world.bundle()
            let fault = await expectFault(.invalidManifest) { _ = try await world.register(bundle: "web", by: known("999999999999")) }
            #expect(fault?.message.contains("HTTP 403 (Forbidden)") == true)
            let elsewhere = await expectFault(.invalidManifest) { _ = try await world.register(bundle: "web", in: World.away) }
            #expect(elsewhere?.message.contains("the bucket is in us-east-1") == true)
        }
    }

    @Test func aKeyThatCannotBeUsedIsTheCause() async throws {
        try await World.run { world in
            let keys = Keys(world.call(World.home))
            let key = try await keys.create(KeyCreation()).key
            try await world.bundle(kmsKey: key.id.rawValue)
            try await keys.disable(key.id.rawValue)
            let fault = await expectFault(.invalidManifest) { _ = try await world.register(bundle: "web") }
            #expect(fault?.message.contains(key.arn) == true)
            try await keys.enable(key.id.rawValue)
            _ = try await world.register(bundle: "web")
        }
    }

    @Test func namesAreTakenAndChecksAreCounted() async throws {
        try await World.run { world in
            try await world.bundle()
            let first = try await world.register(bundle: "web 0")
            await expectFault(.invalidImageNameDuplicate) { _ = try await world.register(bundle: "web 0") }
            await expectFault(.invalidImageNameMalformed) { _ = try await world.register(bundle: "w") }
            for number in 1..<Images.bundleChecksMax { _ = try await world.register(bundle: "web \(number)") }
            await expectFault(.resourceLimitExceeded) { _ = try await world.register(bundle: "one more") }
            _ = try await world.images(World.home).deregister(first.rawValue, deletesSnapshots: false)
            _ = try await world.register(bundle: "one more")
        }
    }

    @Test func devicesOfTheRequestReplaceThoseOfTheManifest() async throws {
        try await World.run { world in
            var bundle = try await world.bundle()
            bundle.manifest.mappings = [.init(virtual: "ephemeral0", device: "sdb"), .init(virtual: "swap", device: "sda3")]
            try await world.put(bundle)
            var registration = BundleRegistration.of("web")
            registration.devices = [
                .init(name: "/dev/sdb", isSuppressed: true), .init(name: "/dev/sdc", virtualName: "ephemeral1"),
            ]
            let id = try await world.images(World.home).register(registration)
            #expect(
                try await world.describe(id, in: World.home)?.devices == [
                    BlockDevice(name: "sda3", target: .ephemeral(virtualName: "swap")), BlockDevice(name: "/dev/sdb", target: .none),
                    BlockDevice(name: "/dev/sdc", target: .ephemeral(virtualName: "ephemeral1")),
                ]
            )
        }
    }

    @Test func whatAManifestCannotMap() async throws {
        try await World.run { world in
            var bundle = try await world.bundle()
            func refused(_ cause: String, _ mappings: [BundleManifest.Mapping]) async throws {
                bundle.manifest.mappings = mappings
                try await world.put(bundle)
                let fault = await expectFault(.invalidManifest) { _ = try await world.register(bundle: "web") }
                #expect(fault?.message.contains(cause) == true, "\(fault?.message ?? "")")
            }
            try await refused("twice", [.init(virtual: "ephemeral0", device: "sdb"), .init(virtual: "swap", device: "/dev/sdb")])
            try await refused("expected ami", [.init(virtual: "ebs1", device: "sdb")])
            try await refused("255", [.init(virtual: "swap", device: String(repeating: "d", count: 256))])
            try await refused("128", (0..<129).map { .init(virtual: "ephemeral\($0 % 100)", device: "d\($0)") })
            bundle.manifest.productCodes = ["code"]
            bundle.manifest.mappings = []
            try await world.put(bundle)
            await expectFault(.unsupportedOperation) { _ = try await world.register(bundle: "web") }
        }
    }

    @Test func noPartIsCalledAsItsManifest() async throws {
        try await World.run { world in
            var bundle = try await world.bundle()
            bundle.manifest.parts[0].name = "image.manifest.xml"
            try await world.put(bundle)
            let fault = await expectFault(.invalidManifest) { _ = try await world.register(bundle: "web") }
            #expect(fault?.message.contains("image.manifest.xml, as its manifest is") == true)
        }
    }

    @Test func whatIsNotVerifiedIsNotCopied() async throws {
        try await World.run { world in
            try await world.bundle()
            let id = try await world.register(bundle: "web")
            await expectFault(.invalidImageIDUnavailable) { _ = try await world.images(World.away).copy(.of(id, name: "copy")) }
        }
    }
}
