import Domain
import Foundation
import Metadata
import Services
import TestSupport
import Testing

/// Instances as rows: described, changed and ended (docs/behaviour/instances.md).
@Suite(.againstHangs) struct InstanceServiceTests {
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
                #expect(try await world.described().map(\.id) == [id])
                world.clock.advance(seconds: 2)
                await lives.step()
                #expect(try await world.described().isEmpty)
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
                let all = try await world.described()
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
                    try await world.described { $0.filters = [Filter(name: name, values: [value])] }.count
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
