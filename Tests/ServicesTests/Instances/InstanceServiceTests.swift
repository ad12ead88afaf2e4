import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

extension World {
    func instances(_ region: Region = World.home, by account: AccountID = World.account) -> Instances {
        Instances(call(region, by: account))
    }

    /// An image that is launched on types of arm64.
    ///
    /// - Parameter hasMachines: whether there is something that would run its guests.
    func launchable(_ name: String = "web", snapshots: [SnapshotID]? = nil, hasMachines: Bool = true) async throws -> ImageID {
        if hasMachines { store(World.home).machines = RoomyMachines() }
        let disks = if let snapshots { snapshots } else { [try await snapshot([0: 1])] }
        return try await register(name, over: disks)
    }

    func launch(
        _ image: ImageID,
        _ counts: ClosedRange<Int> = 1...1,
        token: ClientToken? = nil,
        by account: AccountID = World.account,
        _ change: (inout LaunchRequest) -> Void = { _ in }
    ) async throws -> [InstanceDetail] {
        var request = LaunchRequest()
        (request.image, request.counts, request.type) = (image.rawValue, counts, "t4g.nano")
        change(&request)
        return try await instances(by: account).launch(request, token)
    }

    func detail(_ id: InstanceID) async throws -> InstanceDetail { try await instances().detail(id.rawValue) }

    /// Does to a row what whoever drives it would do.
    func drive(_ id: InstanceID, _ body: @escaping @Sendable (inout Instance) -> Void) async throws {
        try await store(World.home).database.write { transaction in
            guard var instance = try InstanceTable(transaction).instance(id) else { return }
            body(&instance)
            try InstanceTable(transaction).update(instance)
        }
    }

    /// Has the guest of a launch run.
    func run(_ id: InstanceID) async throws {
        try await drive(id) { $0.started() }
        try await store(World.home).database.write { transaction in
            for volume in try VolumeTable(transaction).volumes(of: id) {
                try Volumes.finishAttaching(volume.id, to: id, in: transaction)
            }
        }
    }
}

/// Instances as rows: launched, described, changed and ended (docs/behaviour/instances.md).
@Suite(.againstHangs) struct InstanceServiceTests {
    private func described(_ world: World, _ narrow: (inout InstanceQuery) -> Void = { _ in }) async throws -> [InstanceDetail] {
        var query = InstanceQuery()
        narrow(&query)
        return try await world.instances().describe(query).elements
    }

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
                #expect(try await described(world) == launched)
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
                #expect(try await described(world).count == 2)
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
                #expect(try await described(world).isEmpty)
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
                #expect(try await described(world).isEmpty)
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
                #expect(try await described(world).isEmpty)
                let id = launched[0].id.rawValue
                await expectFault(.invalidInstanceIDNotFound) { _ = try await world.instances().detail(id) }
                await expectFault(.invalidInstanceIDNotFound) { _ = try await world.instances().terminate([id]) }
                await expectFault(.invalidInstanceIDNotFound) {
                    try await world.tags(World.home).create([Tag(key: "a", value: "b")], on: [id])
                }
            }
        }
    }

    @Test func statesFollowCallsAndGuests() async throws {
        try await World.run { world in
            try await world.reconciling {
                let image = try await world.launchable()
                let launched = try await world.launch(image, 2...2)
                let (one, two) = (launched[0].id, launched[1].id)
                let ids = [two.rawValue, one.rawValue]
                await expectFault(.incorrectInstanceState) { _ = try await world.instances().stop(ids, force: false) }
                try await world.run(one)
                // All or none: the other is pending still.
                await expectFault(.incorrectInstanceState) { _ = try await world.instances().stop(ids, force: false) }
                await expectFault(.incorrectInstanceState) { try await world.instances().reboot(ids) }
                #expect(try await world.detail(one).instance.state == .running)
                #expect(try await world.detail(one).instance.rebootRequestedAt == nil)
                try await world.run(two)
                try await world.instances().reboot(ids)
                let wish = try await world.detail(one).instance.rebootRequestedAt
                #expect(wish == world.clock.now)
                try await world.drive(one) { $0.rebooted(for: $0.rebootRequestedAt ?? .distantPast) }
                #expect(try await world.detail(one).instance.rebootRequestedAt == nil)
                let stopped = try await world.instances().stop(ids, force: true)
                #expect(stopped.map(\.instance) == [two, one] && stopped.allSatisfy { $0.previous == .running && $0.current == .stopping })
                await expectFault(.incorrectInstanceState) { _ = try await world.instances().start(ids) }
                let now = world.clock.now
                for id in [one, two] { try await world.drive(id) { $0.guestEnded(nil, at: now) } }
                #expect(try await world.detail(one).instance.place.publicAddress == nil)
                world.clock.advance(seconds: 60)
                _ = try await world.instances().start(ids)
                let started = try await world.detail(one).instance
                #expect(started.state == .pending && started.place.privateAddress == launched[0].instance.place.privateAddress)
                #expect(started.place.publicAddress != nil && started.place.publicAddress != launched[0].instance.place.publicAddress)
                await expectFault(.missingParameter) { _ = try await world.instances().stop([], force: false) }
                await expectFault(.invalidInstanceIDMalformed) { _ = try await world.instances().terminate(["instance"]) }
            }
        }
    }

    @Test func anEndTakesAwayWhatGoesWithIt() async throws {
        try await World.run { world in
            try await world.reconciling {
                let (root, data) = (try await world.snapshot([0: 1]), try await world.snapshot([0: 2]))
                let image = try await world.launchable(snapshots: [root, data])
                let group = try await SecurityGroups(world.call(World.home)).create("web", description: "of a test", vpc: nil, tags: [])
                let token = ClientToken(text: "a token", fingerprint: [1])
                let launched = try await world.launch(image, token: token) { request in
                    request.interface.groupNames = ["web"]
                    (request.tags, request.interfaceTags) = ([Tag(key: "a", value: "b")], [Tag(key: "a", value: "b")])
                    request.protections.termination = true
                }
                let id = launched[0].id
                try await world.run(id)
                await expectFault(.dependencyViolation) {
                    _ = try await SecurityGroups(world.call(World.home)).delete(.id(group.id.rawValue))
                }
                await expectFault(.operationNotPermitted) { _ = try await world.instances().terminate([id.rawValue]) }
                try await world.instances().modify(id.rawValue, .terminationProtection(false))
                #expect(try await world.instances().terminate([id.rawValue]).map(\.current) == [.shuttingDown])
                await expectFault(.incorrectInstanceState) { try await world.instances().modify(id.rawValue, .stopProtection(true)) }
                let now = world.clock.now
                try await world.store(World.home).database.write { try Instances.finishTermination(of: id, at: now, in: $0) }
                let ended = try await world.detail(id)
                #expect(ended.instance.state == .terminated && ended.attachments.isEmpty && ended.groups.isEmpty)
                #expect(ended.instance.tags == [Tag(key: "a", value: "b")])
                #expect(try await world.instances().interfaces(InstanceQuery()).elements.isEmpty)
                // The root volume has gone, the other is free.
                let left = try await world.volumes().describe(VolumeQuery()).elements
                #expect(left.map(\.snapshotID) == [data] && left.map(\.state) == [.available])
                _ = try await SecurityGroups(world.call(World.home)).delete(.id(group.id.rawValue))
                #expect(try await world.instances().terminate([id.rawValue]).map(\.current) == [.terminated])
                let lives = LifecycleReconciler(store: world.store(World.home), deployment: world.deployment)
                world.clock.advance(seconds: 3_599)
                await lives.step()
                #expect(try await described(world).map(\.id) == [id])
                world.clock.advance(seconds: 2)
                await lives.step()
                #expect(try await described(world).isEmpty)
                #expect(try await world.tags(World.home).describe([], page: PageRequest()).elements.isEmpty)
                await expectFault(.invalidInstanceIDNotFound) { _ = try await world.detail(id) }
                // Its token is as good as new.
                #expect(try await world.launch(image, token: token)[0].id != id)
            }
        }
    }

    @Test func attributesAreChangedOneByOne() async throws {
        try await World.run { world in
            try await world.reconciling {
                let launched = try await world.launch(try await world.launchable())
                let id = launched[0].id
                func modify(_ change: InstanceAttributeChange) async throws { try await world.instances().modify(id.rawValue, change) }
                try await modify(.stopProtection(true))
                try await modify(.shutdownBehavior(.terminate))
                await expectFault(.unsupportedOperation) { try await modify(.sourceDestCheck(false)) }
                for change in [.type("t4g.micro"), .userData([1]), .isEBSOptimized(true), .enaSupport] as [InstanceAttributeChange] {
                    await expectFault(.incorrectInstanceState) { try await modify(change) }
                }
                await expectFault(.invalidGroupNotFound) { try await modify(.groups(["sg-0123456789abcdef0"])) }
                await expectFault(.invalidInstanceAttributeValue) {
                    try await modify(.devices([.init(name: "/dev/sdz", volume: nil, deletesOnTermination: true)]))
                }
                try await modify(.devices([.init(name: "/dev/sda", volume: nil, deletesOnTermination: false)]))
                #expect(try await world.detail(id).attachments.map(\.deletesOnTermination) == [false])
                let group = try await SecurityGroups(world.call(World.home)).create("web", description: "of a test", vpc: nil, tags: [])
                try await modify(.groups([group.id.rawValue]))
                #expect(try await world.detail(id).groups.map(\.name) == ["web"])
                try await world.run(id)
                await expectFault(.operationNotPermitted) { _ = try await world.instances().stop([id.rawValue], force: true) }
                try await modify(.stopProtection(false))
                _ = try await world.instances().stop([id.rawValue], force: false)
                let now = world.clock.now
                try await world.drive(id) { $0.guestEnded(nil, at: now) }
                try await modify(.type("m6g.large"))
                try await modify(.userData([1, 2]))
                let changed = try await world.detail(id).instance
                #expect(changed.type == "m6g.large" && changed.userData == [1, 2] && changed.credits == nil)
                #expect(changed.shutdownBehavior == .terminate && !changed.protections.stop)
                await expectFault(.invalidInstanceAttributeValue) { try await modify(.type("t9.nano")) }
                await expectFault(.invalidParameterValue) { try await modify(.type("m5.large")) }
                let options = try await world.instances().setMetadataOptions(.init(requiresToken: true, hopLimit: 3), of: id.rawValue)
                #expect(options == MetadataOptions(requiresToken: true, hopLimit: 3))
                #expect(try await world.detail(id).instance.metadata == options)
            }
        }
    }

    @Test func volumesAreAttachedAndDetached() async throws {
        try await World.run { world in
            try await world.reconciling {
                let launched = try await world.launch(try await world.launchable())
                let (id, root) = (launched[0].id, launched[0].attachments[0].volume)
                let volume = try await world.volumes()
                    .create(VolumeRequest(zone: "us-east-1a", shape: VolumeShapeRequest(sizeGiB: 1)), nil).id
                func attach(_ volume: VolumeID, _ device: String = "/dev/sdf") async throws -> VolumeAttachment {
                    try await world.volumes().attach(.init(volume: volume.rawValue, instance: id.rawValue, device: device))
                }
                func detach(_ volume: VolumeID) async throws -> VolumeAttachment {
                    try await world.volumes().detach(volume.rawValue, from: id.rawValue, device: nil)
                }
                await expectFault(.incorrectState) { _ = try await attach(volume) }
                try await world.run(id)
                await expectFault(.invalidParameterValue) { _ = try await attach(volume, "/dev/sda") }
                #expect(try await attach(volume).state == .attaching)
                await expectFault(.volumeInUse) { _ = try await attach(volume, "/dev/sdg") }
                await expectFault(.volumeInUse) { try await world.volumes().delete(volume.rawValue) }
                await expectFault(.operationNotPermitted) { _ = try await detach(root) }
                #expect(try await detach(volume).state == .detaching)
                try await world.store(World.home).database.write { try Volumes.finishDetaching(volume, from: id, in: $0) }
                _ = try await world.instances().stop([id.rawValue], force: true)
                let now = world.clock.now
                try await world.drive(id) { $0.guestEnded(nil, at: now) }
                // At one that is stopped nobody has to do anything.
                #expect(try await attach(volume).state == .attached)
                _ = try await detach(volume)
                _ = try await detach(root)
                #expect(try await world.volumes().describe(VolumeQuery()).elements.allSatisfy { $0.state == .available })
                let elsewhere = try await world.volumes().create(
                    VolumeRequest(zone: "us-east-1b", shape: VolumeShapeRequest(sizeGiB: 1)),
                    nil
                ).id
                await expectFault(.invalidVolumeZoneMismatch) { _ = try await attach(elsewhere) }
            }
        }
    }

    @Test func whoUsesAnImageIsKnown() async throws {
        try await World.run { world in
            try await world.reconciling {
                let image = try await world.launchable()
                try await world.images(World.home).share(image.rawValue, SharingChange(adding: [.account(World.stranger)], removing: []))
                let own = try await world.launch(image, 3...3)
                _ = try await world.launch(image, by: World.stranger)
                func report(for accounts: [AccountID] = []) async throws -> ImageUsageReportID {
                    try await ImageUsageReports(world.call(World.home)).create(
                        ImageUsageReports.Request(
                            image: image.rawValue,
                            kinds: [.init(name: "ec2:Instance", versionDepth: nil)],
                            accounts: accounts,
                            tags: [],
                            clientToken: nil
                        )
                    )
                }
                func entries(_ narrow: (inout ImageUsageReports.Query) -> Void = { _ in }) async throws -> [ImageUsageEntry] {
                    var query = ImageUsageReports.Query()
                    narrow(&query)
                    return try await ImageUsageReports(world.call(World.home)).entries(query).elements
                }
                let (all, strangers) = (try await report(), try await report(for: [World.stranger]))
                // What comes later is not in them.
                _ = try await world.launch(image)
                let found = try await entries { $0.reports = [all.rawValue] }
                #expect(found.map(\.account) == [World.account, World.stranger] && found.map(\.count) == [3, 1])
                #expect(try await entries { $0.reports = [strangers.rawValue] }.map(\.account) == [World.stranger])
                let ours = try await entries { $0.filters = [Filter(name: "account-id", values: [World.account.rawValue])] }
                #expect(ours.map(\.count) == [3])
                #expect(try await entries().count == 3)
                try await ImageUsageReports(world.call(World.home)).delete(all.rawValue)
                #expect(try await entries().count == 1)
                await expectFault(.invalidReportIDNotFound) { _ = try await entries { $0.reports = [all.rawValue] } }
                func references(_ states: [InstanceState]) async throws -> [String] {
                    let page = PageRequest()
                    return try await world.images(World.home).references([image.rawValue], in: states, page: page).elements.map(\.resource)
                }
                #expect(try await references(InstanceState.allCases).count == 4)
                #expect(try await references([]).isEmpty)
                try await world.run(own[0].id)
                let arn = "arn:aws:ec2:us-east-1:\(World.account):instance/\(own[0].id)"
                #expect(try await references([.running]) == [arn])
            }
        }
    }

    @Test func pagesFiltersAndStatesFindInstances() async throws {
        try await World.run { world in
            try await world.reconciling {
                let image = try await world.launchable()
                for _ in 0..<3 { _ = try await world.launch(image, 3...3) }
                let all = try await described(world)
                #expect(all.count == 9 && Reservation.grouping(all).map(\.instances.count) == [3, 3, 3])
                var query = InstanceQuery()
                query.page = PageRequest(maxResults: 5)
                let first = try await world.instances().describe(query)
                query.page = PageRequest(maxResults: 5, nextToken: first.nextToken)
                let second = try await world.instances().describe(query)
                #expect(first.elements + second.elements == all && second.nextToken == nil)
                query.ids = [all[0].id.rawValue]
                await expectFault(.invalidParameterCombination) { _ = try await world.instances().describe(query) }
                func found(_ name: String, _ value: String) async throws -> Int {
                    try await described(world) { $0.filters = [Filter(name: name, values: [value])] }.count
                }
                #expect(try await found("reservation-id", all[0].instance.reservation.rawValue) == 3)
                #expect(try await found("instance-id", all[4].id.rawValue) == 1)
                #expect(try await found("image-id", image.rawValue) == 9)
                #expect(try await found("instance-state-name", "running") == 0)
                #expect(try await found("private-ip-address", all[1].instance.place.privateAddress) == 1)
                #expect(try await found("block-device-mapping.volume-id", all[2].attachments[0].volume.rawValue) == 1)
                await expectFault(.invalidParameterValue) { _ = try await found("colour", "red") }
                #expect(try await world.instances().statuses(InstanceQuery(), includesAll: false).elements.isEmpty)
                try await world.run(all[3].id)
                let running = try await world.instances().statuses(InstanceQuery(), includesAll: false).elements
                #expect(running.map(\.id) == [all[3].id] && running[0].summary == "ok")
                let statuses = try await world.instances().statuses(InstanceQuery(), includesAll: true).elements
                #expect(statuses.count == 9 && statuses.count(where: { $0.summary == "not-applicable" }) == 8)
                let output = try await world.instances().consoleOutput(of: all[3].id.rawValue)
                #expect(output.bytes.count == 65_536 && output.at == Date(timeIntervalSince1970: 9))
                #expect(try await world.instances().screenshot(of: all[3].id.rawValue) == [0xFF, 0xD8])
                await expectFault(.incorrectInstanceState) { _ = try await world.instances().screenshot(of: all[4].id.rawValue) }
            }
        }
    }
}

/// Runs no guests, and has room for all.
private struct RoomyMachines: MachineViews {
    func consoleOutput(of instance: InstanceID) async throws -> (bytes: [UInt8], at: Date)? {
        ([UInt8](repeating: 7, count: 70_000), Date(timeIntervalSince1970: 9))
    }

    func screenshot(of instance: InstanceID) async throws -> [UInt8] { [0xFF, 0xD8] }

    func requireRoom(for count: Int, of type: InstanceType, _ traits: MachineTraits) throws {}
}
