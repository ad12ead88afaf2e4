import Domain
import Foundation
import Machines
import Metadata
import Services
import TestSupport
import Testing

/// What can change of an instance while its guest runs: ports, volumes, their sizes.
@Suite(.againstHangs) struct RunningInstanceTests {
    private func running(_ body: (GuestWorld, InstanceID, FakeMachine) async throws -> Void) async throws {
        try await GuestWorld.run { guests in
            try await guests.served {
                let id = try await guests.running()
                try await body(guests, id, try #require(guests.host.machine(id)))
            }
        }
    }

    private func open(_ ports: [ClosedRange<Int>], _ guests: GuestWorld) async throws {
        let network = DefaultNetwork(of: World.account, in: World.home)
        try await guests.database.write { transaction in
            let rules = SecurityGroupRuleTable(transaction)
            let group = try SecurityGroupTable(transaction, of: network).group(network.securityGroup)
            for rule in group?.rules ?? [] where !rule.content.isEgress { try rules.delete(rule.id) }
            for range in ports {
                try rules.insert(
                    SecurityGroupRule(
                        id: SecurityGroupRuleID.random(),
                        group: network.securityGroup,
                        account: World.account,
                        content: SecurityGroupRule.Content(
                            isEgress: false,
                            TrafficPattern(protocol: "tcp", from: range.lowerBound, to: range.upperBound),
                            .block(.everything)
                        )
                    )
                )
            }
        }
        guests.wake()
    }

    // Ports -----------------------------------------------------------------------------------------------------------

    @Test func portsFollowTheGroups() async throws {
        try await running { guests, id, machine in
            let address = try #require(try await guests.instance(id).place.publicAddress)
            #expect(machine.ports == [])
            try await open([22...22, 8_000...8_001], guests)
            try await guests.until("they are open") { machine.ports.count == 3 }
            #expect(machine.ports == ["\(address):22=22", "\(address):8000=8000", "\(address):8001=8001"])
            #expect(try await guests.instance(id).tags.isEmpty)
            try await open([8_001...8_001], guests)
            try await guests.until("they are closed") { machine.ports == ["\(address):8001=8001"] }
        }
    }

    /// Where ports below 1024 are not for this server, a higher one leads to SSH, and a tag says which.
    @Test func sshIsElsewhereWhereItMust() async throws {
        try await running { guests, id, machine in
            guests.host.isPrivileged = false
            let address = try #require(try await guests.instance(id).place.publicAddress)
            try await open([22...22], guests)
            let tag = Tag(key: "ferry:ssh-port", value: "20022")
            try await guests.until("it is told") { try await guests.instance(id).tags == [tag] }
            #expect(machine.ports == ["\(address):20022=22"])
            try await open([], guests)
            try await guests.until("it is taken back") { try await guests.instance(id).tags.isEmpty }
        }
    }

    @Test func aGroupThatOpensAllOpensTheUsualFirst() async throws {
        try await running { guests, _, machine in
            try await open([0...65_535], guests)
            try await guests.until("ports are open") { machine.ports.count == 128 }
            for port in [22, 80, 443, 3_389, 8_080] { #expect(machine.ports.contains { $0.hasSuffix("=\(port)") }) }
        }
    }

    /// Also over a network that was started again.
    @Test func tokensGoAsFarAsTheOptionsSay() async throws {
        try await running { guests, id, machine in
            #expect(machine.tokenHops == 1)
            try await guests.change(id) { instance, _ in instance.metadata.hopLimit = 3 }
            try await guests.until("they go further") { machine.tokenHops == 3 }
            machine.hasNetwork = false
            guests.wake()
            try await guests.until("they do again") { machine.hasNetwork && machine.tokenHops == 3 }
        }
    }

    /// A guest whose network has ended gets another, with the same ports; what fails is tried again.
    @Test func aNetworkThatEndsIsStartedAgain() async throws {
        try await running { guests, id, machine in
            try await open([22...22], guests)
            try await guests.until("it is open") { machine.ports.count == 1 }
            guests.host.fail("mend")
            machine.hasNetwork = false
            guests.wake()
            try await guests.until("it is tried") { guests.host.log.contains("mend") }
            #expect(try await guests.instance(id).state == .running)
            guests.host.fail("mend", with: nil)
            guests.wake()
            try await guests.until("it is open again") { machine.hasNetwork && machine.ports.count == 1 }
        }
    }

    // Volumes ---------------------------------------------------------------------------------------------------------

    private func attach(_ guests: GuestWorld, to id: InstanceID, and other: InstanceID? = nil) async throws -> VolumeID {
        let (volume, now) = (try await guests.freeVolume(), guests.world.clock.now)
        try await guests.database.write { transaction in
            var row = try #require(try VolumeTable(transaction).volume(volume))
            if other != nil { row.shape = VolumeShape(stored: .io2, sizeGiB: 1, iops: 100, throughput: nil, isMultiAttachEnabled: true) }
            for instance in [id, other].compactMap(\.self) { try row.attach(to: instance, in: row.zone, as: "/dev/sdg", at: now) }
            try VolumeTable(transaction).update(row)
        }
        guests.wake()
        return volume
    }

    private func volume(_ id: VolumeID, _ guests: GuestWorld) async throws -> Volume {
        try #require(try await guests.database.read { try VolumeTable($0).volume(id) })
    }

    private func detach(_ volume: VolumeID, _ guests: GuestWorld, force: Bool = false) async throws {
        try await guests.database.write { transaction in
            var row = try #require(try VolumeTable(transaction).volume(volume))
            try row.detach(from: nil, force: force)
            try VolumeTable(transaction).update(row)
        }
        guests.wake()
    }

    @Test func volumesComeAndGo() async throws {
        try await running { guests, id, machine in
            let added = try await attach(guests, to: id)
            try await guests.until("it is attached") { try await volume(added, guests).attachments.map(\.state) == [.attached] }
            #expect(machine.attached.contains(added.rawValue) && guests.volumes.served.contains(added))
            try await detach(added, guests)
            try await guests.until("it is detached") { try await volume(added, guests).state == .available }
            #expect(!machine.attached.contains(added.rawValue) && !guests.volumes.served.contains(added))
        }
    }

    /// A guest that does not agree keeps the volume: until it does, or is no more.
    @Test func aGuestMayKeepAVolumeForLong() async throws {
        try await running { guests, id, machine in
            let added = try await attach(guests, to: id)
            try await guests.until("it is attached") { try await volume(added, guests).attachments.map(\.state) == [.attached] }
            machine.givesBackVolumes = false
            try await detach(added, guests)
            try await guests.until("it is known to hold it") { try await volume(added, guests).attachments.map(\.state) == [.busy] }
            #expect(guests.volumes.served.contains(added))
            try await guests.stop(id)
            try await guests.until(id, is: .stopped)
            #expect(try await volume(added, guests).state == .available)
            #expect(!guests.volumes.served.contains(added))
        }
    }

    /// By force it is not asked for long, whether it was asked before or not.
    @Test(arguments: [false, true]) func aVolumeIsTakenByForce(isHeld: Bool) async throws {
        try await running { guests, id, machine in
            let added = try await attach(guests, to: id)
            try await guests.until("it is attached") { try await volume(added, guests).attachments.map(\.state) == [.attached] }
            machine.givesBackVolumes = false
            if isHeld {
                try await detach(added, guests)
                try await guests.until("it is held") { try await volume(added, guests).attachments.map(\.state) == [.busy] }
            }
            try await detach(added, guests, force: true)
            try await guests.until("it is free") { try await volume(added, guests).state == .available }
            #expect(guests.host.log.contains("take away"))
            #expect(!machine.attached.contains(added.rawValue) && !guests.volumes.served.contains(added))
            #expect(try await guests.instance(id).state == .running)
        }
    }

    /// What leaves one instance is still served to another.
    @Test func aVolumeOfTwoInstancesStaysWithTheOther() async throws {
        try await running { guests, id, _ in
            let shared = try await attach(guests, to: id, and: known("i-0bbbbbbbbbbbbbbbb"))
            try await guests.until("it is attached") { try await volume(shared, guests).attachments.contains { $0.state == .attached } }
            try await guests.database.write { transaction in
                var row = try #require(try VolumeTable(transaction).volume(shared))
                try row.detach(from: id)
                try VolumeTable(transaction).update(row)
            }
            guests.wake()
            try await guests.until("it is detached") { try await volume(shared, guests).attachments.count == 1 }
            #expect(guests.volumes.served.contains(shared))
        }
    }

    @Test func anAttachmentThatFailsIsTriedAgain() async throws {
        try await running { guests, id, _ in
            guests.host.fail("attach")
            let added = try await attach(guests, to: id)
            try await guests.until("it is tried") { guests.host.log.contains("attach") }
            #expect(try await volume(added, guests).attachments.map(\.state) == [.attaching])
            guests.host.fail("attach", with: nil)
            guests.wake()
            try await guests.until("it is attached") { try await volume(added, guests).attachments.map(\.state) == [.attached] }
        }
    }

    @Test func aGuestLearnsThatAVolumeHasGrown() async throws {
        try await running { guests, id, machine in
            let root = try await guests.volumesOf(id)[0]
            guests.volumes.setSize(2 << 30, of: root.id)
            try await guests.database.write { transaction in
                let shape = VolumeShape(stored: .gp3, sizeGiB: 2, iops: 3_000, throughput: 125, isMultiAttachEnabled: false)
                try VolumeTable(transaction).setShape(shape, of: root.id)
            }
            guests.wake()
            try await guests.until("it knows") { machine.sizes[root.id.rawValue] == 2 << 30 }
            #expect(guests.volumes.served.contains(root.id))
        }
    }
}
