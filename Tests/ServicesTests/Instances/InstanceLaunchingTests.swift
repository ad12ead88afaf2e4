import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

/// RunInstances: what it writes, what it refuses, and what it takes from the image.
@Suite(.againstHangs) struct InstanceLaunchingTests {
    @Test func aLaunchWritesInstancesVolumesAndInterfaces() async throws {
        try await World.run { world in
            try await world.reconciling {
                let (root, data) = (try await world.snapshot([0: 1]), try await world.snapshot([0: 2]))
                let image = try await world.launchable(snapshots: [root, data])
                let launched = try await world.launch(image, 1...2) { request in
                    (request.tags, request.volumeTags) = ([Tag(key: "Name", value: "web")], [Tag(key: "of", value: "web")])
                    request.interfaceTags = [Tag(key: "card", value: "0")]
                }
                #expect(launched.map(\.instance.launchIndex) == [0, 1])
                #expect(Set(launched.map(\.instance.reservation)).count == 1)
                #expect(launched.allSatisfy { $0.instance.state == .pending && $0.instance.credits == .unlimited })
                #expect(Set(launched.compactMap(\.instance.place.publicAddress)).count == 2)
                #expect(Set(launched.map(\.instance.place.privateAddress)).count == 2)
                #expect(try await world.described() == launched)
                for detail in launched {
                    #expect(detail.groups.map(\.name) == ["default"] && detail.instance.tags == [Tag(key: "Name", value: "web")])
                    #expect(detail.attachments.map(\.device) == ["/dev/sda", "/dev/sdb"])
                    #expect(detail.attachments.map(\.deletesOnTermination) == [true, false])
                    #expect(detail.attachments.allSatisfy { $0.state == .attaching })
                    let volumes = try await world.store(World.home).database.read { try VolumeTable($0).volumes(of: detail.id) }
                    #expect(Set(volumes.map(\.snapshotID)) == [root, data])
                    #expect(volumes.allSatisfy { $0.state == .inUse && $0.tags == [Tag(key: "of", value: "web")] })
                }
                let interfaces = try await world.instances().interfaces(InstanceQuery()).elements
                #expect(interfaces.map(\.id) == launched.map(\.instance.place.interface))
                #expect(interfaces.allSatisfy { $0.tags == [Tag(key: "card", value: "0")] })
                let subnets = try await DefaultNetworks(world.call(World.home)).describe(.subnet, ids: [], filters: [], page: PageRequest())
                #expect(subnets.elements.map(\.freeAddresses).sorted() == [4_089, 4_091, 4_091])
                #expect(try await world.describe(image, in: World.home)?.lastLaunchedAt == world.clock.now)
            }
        }
    }

    @Test func aTokenLaunchesOnce() async throws {
        try await World.run { world in
            try await world.reconciling {
                let image = try await world.launchable()
                let token = ClientToken(text: "a token", fingerprint: [1])
                let launched = try await world.launch(image, 2...2, token: token)
                try await world.run(launched[0].id)
                let again = try await world.launch(image, 2...2, token: token)
                #expect(again.map(\.id) == launched.map(\.id) && again[0].instance.state == .running)
                await expectFault(.idempotentParameterMismatch) {
                    _ = try await world.launch(image, token: ClientToken(text: "a token", fingerprint: [2]))
                }
                #expect(try await world.described().count == 2)
            }
        }
    }

    @Test func whatCannotBeLaunchedChangesNothing() async throws {
        try await World.run { world in
            try await world.reconciling {
                let image = try await world.launchable()
                func refused(_ code: FaultCode, _ image: ImageID? = nil, _ change: @escaping (inout LaunchRequest) -> Void) async {
                    await expectFault(code) { _ = try await world.launch(image ?? known("ami-0123456789abcdef0"), 1...1, change) }
                }
                await refused(.invalidImageIDNotFound) { _ in }
                await refused(.invalidImageIDMalformed) { $0.image = "ami-1" }
                await refused(.unsupportedOperation) { $0.image = "resolve:ssm:/aws/service/debian" }
                await refused(.invalidParameterValue, image) { $0.type = "t9.nano" }
                await refused(.invalidParameterValue, image) { $0.type = "t3.nano" }
                await refused(.invalidParameterCombination, image) { ($0.type, $0.credits) = ("m6g.large", .standard) }
                await refused(.invalidParameterValue, image) { $0.userData = [UInt8](repeating: 0, count: 16_385) }
                await refused(.invalidParameterValue, image) { $0.zone = "eu-west-1a" }
                await refused(.invalidKeyPairNotFound, image) { $0.key = "none" }
                await refused(.invalidGroupNotFound, image) { $0.interface.groupIDs = ["sg-0123456789abcdef0"] }
                await refused(.invalidGroupNotFound, image) { $0.interface.groupNames = ["none"] }
                await refused(.invalidParameterValue, image) { $0.interface.privateAddress = "10.0.0.4" }
                await refused(.invalidParameterValue, image) { $0.profile = .name("none") }
                await refused(.vCPULimitExceeded, image) { $0.counts = 33...33 }
                await refused(.invalidParameterValue, image) { $0.counts = 1...1_001 }
                let subnet = world.call(World.home).network.subnets[1].id.rawValue
                await refused(.invalidParameterValue, image) { ($0.zone, $0.interface.subnet) = ("us-east-1a", subnet) }
                func mapped(_ name: String, _ volume: ImageRegistration.Volume?, suppressed: Bool = false, _ code: FaultCode) async {
                    await refused(code, image) { request in
                        request.devices = [ImageRegistration.Device(name: name, isSuppressed: suppressed, volume: volume)]
                    }
                }
                let unknown = ImageRegistration.Volume(snapshotID: "snap-0fedcba9876543210")
                await mapped("/dev/sda", nil, suppressed: true, .invalidBlockDeviceMapping)
                await mapped("/dev/sda", unknown, .invalidSnapshotNotFound)
                await mapped("/dev/sdf", unknown, .invalidSnapshotNotFound)
                await mapped("/dev/sdf", nil, .missingParameter)
                await mapped("/dev/sdf", ImageRegistration.Volume(), .missingParameter)
                await mapped("sofa", ImageRegistration.Volume(sizeGiB: 1), .invalidParameterValue)
                let other = ImageRegistration.Volume(snapshotID: try await world.snapshot([0: 3]).rawValue)
                await mapped("/dev/sda", other, .invalidBlockDeviceMapping)
                let key = ImageRegistration.Volume(sizeGiB: 1, encryption: EncryptionRequest(key: "alias/one"))
                await mapped("/dev/sdf", key, .invalidParameterDependency)
                let twice = ImageRegistration.Device(name: "/dev/sdf", isSuppressed: true)
                await refused(.invalidBlockDeviceMapping, image) { $0.devices = [twice, twice] }
                try await world.images(World.home).disable(image.rawValue)
                await refused(.invalidImageIDUnavailable, image) { _ in }
                try await world.images(World.home).enable(image.rawValue)
                await expectFault(.invalidImageIDNotFound) { _ = try await world.launch(image, by: World.stranger) }
                #expect(try await world.described().isEmpty)
                #expect(try await world.volumes().describe(VolumeQuery()).elements.isEmpty)
                #expect(try await world.describe(image, in: World.home)?.lastLaunchedAt == nil)
            }
        }
    }

    @Test func devicesAreLaidOverThoseOfTheImage() async throws {
        try await World.run { world in
            try await world.reconciling {
                let (root, data) = (try await world.snapshot([0: 1]), try await world.snapshot([0: 2]))
                let image = try await world.launchable(snapshots: [root, data])
                typealias Device = ImageRegistration.Device
                let launched = try await world.launch(image) { request in
                    let larger = ImageRegistration.Volume(sizeGiB: 9, type: .gp3, deletesOnTermination: false)
                    request.devices = [
                        Device(name: "/dev/sda", volume: larger), Device(name: "/dev/sdb", isSuppressed: true),
                        Device(name: "/dev/sdc", virtualName: "ephemeral0"),
                        Device(name: "/dev/sdf", volume: ImageRegistration.Volume(sizeGiB: 5)),
                    ]
                }[0]
                #expect(launched.attachments.map(\.device) == ["/dev/sda", "/dev/sdf"])
                #expect(launched.attachments.map(\.deletesOnTermination) == [false, false])
                let volumes = try await world.store(World.home).database.read { try VolumeTable($0).volumes(of: launched.id) }
                let sizes = Dictionary(uniqueKeysWithValues: volumes.map { ($0.attachments[0].device, $0.shape.sizeGiB) })
                #expect(sizes == ["/dev/sda": 9, "/dev/sdf": 5])
                #expect(Set(volumes.map(\.shape.type)) == [.gp3, .gp2])
            }
        }
    }

    @Test func nothingIsLaunchedWhereNothingRunsGuests() async throws {
        try await World.run { world in
            try await world.reconciling {
                let image = try await world.launchable(hasMachines: false)
                let refusal = await expectFault(.unsupported) { _ = try await world.launch(image) }
                #expect(refusal?.message.contains("qemu-system-x86") == true)
                #expect(try await world.described().isEmpty)
            }
        }
    }

    @Test func asManyAreLaunchedAsThereIsRoomFor() async throws {
        try await World.run { world in
            try await world.reconciling {
                let image = try await world.launchable()
                #expect(try await world.launch(image, 1...50).count == 32)
                await expectFault(.vCPULimitExceeded) { _ = try await world.launch(image) }
            }
        }
    }

    @Test func anInstanceThatIsSharedBelongsToWhoLaunchedIt() async throws {
        try await World.run { world in
            try await world.reconciling {
                let image = try await world.launchable()
                try await world.images(World.home).share(image.rawValue, SharingChange(adding: [.account(World.stranger)], removing: []))
                let launched = try await world.launch(image, by: World.stranger)
                #expect(launched[0].instance.owner == World.stranger && launched[0].attachments.count == 1)
                #expect(try await world.described().isEmpty)
                let id = launched[0].id.rawValue
                await expectFault(.invalidInstanceIDNotFound) { _ = try await world.instances().detail(id) }
                await expectFault(.invalidInstanceIDNotFound) { _ = try await world.instances().terminate([id]) }
                await expectFault(.invalidInstanceIDNotFound) {
                    try await world.tags(World.home).create([Tag(key: "a", value: "b")], on: [id])
                }
            }
        }
    }
}
