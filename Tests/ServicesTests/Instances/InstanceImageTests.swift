import Domain
import Foundation
import Machines
import Metadata
import Services
import TestSupport
import Testing

/// Images for which a guest shuts down: it is begun when the guest is off, whatever happens meanwhile, and the guest comes back.
@Suite(.againstHangs) struct InstanceImageTests {
    private func running(
        behavior: Instance.ShutdownBehavior = .stop,
        _ body: (GuestWorld, InstanceID, FakeMachine) async throws -> Void
    ) async throws {
        try await GuestWorld.run { guests in
            try await guests.served {
                let id = try await guests.running(behavior: behavior, data: true)
                try await body(guests, id, try #require(guests.host.machine(id)))
            }
        }
    }

    @Test(arguments: [Instance.ShutdownBehavior.stop, .terminate])
    func theGuestShutsDownAndComesBack(behavior: Instance.ShutdownBehavior) async throws {
        try await running(behavior: behavior) { guests, id, machine in
            machine.obeysButton = false
            let made = try await guests.image(of: id)
            try await guests.until("it is asked") { machine.presses == 1 }
            // Nothing is begun while it runs; who looks sees the image with its snapshots, and an instance that runs.
            var image = try await guests.world.described(made)
            #expect(image.state == .pending && image.snapshotIDs.count == 2)
            #expect(try await guests.jobs(of: image).isEmpty && guests.volumes.points.isEmpty)
            #expect(try await guests.instance(id).state == .running)
            machine.shutDownByItself()
            try await guests.until("it is back") { machine.resets == 1 }
            #expect(await machine.state == .running)
            #expect(guests.volumes.points == [Set(try await guests.volumesOf(id).map(\.id))])
            #expect(try await guests.jobs(of: image).count == 2)
            let log = guests.host.log
            #expect(log.lastIndex(of: "points").map { $0 < log.lastIndex(of: "reset") ?? 0 } == true, "the points come first")
            try await guests.until("it is as before") { try await guests.instance(id).rebootRequestedAt == nil }
            let instance = try await guests.instance(id)
            #expect(instance.state == .running && instance.pendingImage == nil && instance.place.publicAddress != nil)
            image = try await guests.end(of: made)
            #expect(image.state == .available)
            // The next one is one more.
            machine.obeysButton = true
            #expect(try await guests.end(of: guests.image(of: id, "again")).state == .available)
            #expect(machine.resets == 2)
        }
    }

    @Test func aGuestThatDoesNotHeedIsReset() async throws {
        try await running { guests, id, machine in
            machine.obeysButton = false
            let made = try await guests.image(of: id)
            try await guests.until("it is asked") { machine.presses == 1 }
            guests.world.clock.advance(seconds: 11)
            guests.wake()
            try await guests.until("it is asked again") { machine.presses == 2 }
            guests.world.clock.advance(seconds: 60)
            guests.wake()
            try await guests.until("it is reset") { machine.resets == 1 }
            #expect(guests.volumes.points.count == 1)
            #expect(try await guests.end(of: made).state == .available)
            #expect(try await guests.instance(id).state == .running)
        }
    }

    /// Nobody else's end of the guest takes the image away, and none brings the guest back.
    @Test(arguments: ["stop", "force", "terminate", "death"]) func whatEndsTheGuestBeginsTheImage(_ end: String) async throws {
        try await running { guests, id, machine in
            machine.obeysButton = false
            let made = try await guests.image(of: id)
            try await guests.until("it is asked") { machine.presses == 1 }
            switch end {
            case "stop":
                try await guests.stop(id)
                machine.shutDownByItself()
            case "force": try await guests.stop(id, force: true)
            case "terminate": try await guests.terminate(id)
            default: machine.die()
            }
            try await guests.until(id, is: end == "terminate" ? .terminated : .stopped)
            #expect(machine.resets == 0 && guests.host.running.isEmpty)
            #expect(try await guests.instance(id).pendingImage == nil)
            #expect(try await guests.end(of: made).state == .available)
        }
    }

    @Test func whoIsStoppingHasAnImageWhenStopped() async throws {
        try await running { guests, id, machine in
            machine.obeysButton = false
            try await guests.stop(id)
            try await guests.until("it is asked") { machine.presses == 1 }
            let made = try await guests.image(of: id)
            machine.shutDownByItself()
            try await guests.until(id, is: .stopped)
            #expect(try await guests.end(of: made).state == .available)
            #expect(machine.resets == 0)
        }
    }

    @Test func aRebootThatIsWishedMeanwhileIsTheSame() async throws {
        try await running { guests, id, machine in
            machine.obeysButton = false
            let made = try await guests.image(of: id)
            try await guests.until("it is asked") { machine.presses == 1 }
            try await guests.reboot(id)
            machine.shutDownByItself()
            try await guests.until("it is as before") { try await guests.instance(id).rebootRequestedAt == nil }
            #expect(machine.resets == 1)
            #expect(try await guests.end(of: made).state == .available)
        }
    }

    @Test func oneImageAtATimeWaits() async throws {
        try await running { guests, id, machine in
            machine.obeysButton = false
            _ = try await guests.image(of: id)
            await expectFault(.incorrectInstanceState) { _ = try await guests.image(of: id, "another") }
            let other = try await guests.image(of: id, "without", reboots: false)
            #expect(try await guests.end(of: other).state == .available, "it waits for nobody")
            machine.shutDownByItself()
            try await guests.until("it is back") { machine.resets == 1 }
            #expect(guests.volumes.points.count == 1)
        }
    }

    /// The guest may have heard the button already, so it is brought back.
    @Test(arguments: [false, true]) func anImageThatIsDeregisteredWhileItWaits(withSnapshots: Bool) async throws {
        try await running { guests, id, machine in
            machine.obeysButton = false
            let made = try await guests.image(of: id)
            let image = try await guests.world.described(made)
            try await guests.until("it is asked") { machine.presses == 1 }
            _ = try await guests.world.images(World.home).deregister(made.rawValue, deletesSnapshots: withSnapshots)
            machine.shutDownByItself()
            try await guests.until("it is as before") { machine.resets == 1 }
            #expect(try await guests.jobs(of: image).count == (withSnapshots ? 0 : 2))
            try await guests.world.reconciling {
                try await guests.until("nothing is left to do") { try await guests.jobs(of: image).isEmpty }
            }
            let states = try await guests.database.read { try SnapshotTable($0).snapshots(ids: image.snapshotIDs).map(\.state) }
            #expect(states == (withSnapshots ? [] : [.completed, .completed]))
        }
    }

    // What goes wrong -------------------------------------------------------------------------------------------------

    @Test func anImageThatCannotBeBegunFails() async throws {
        try await running { guests, id, machine in
            guests.host.fail("points", with: Fault(.concurrentSnapshotLimitExceeded, "Too many snapshots"))
            let made = try await guests.image(of: id)
            try await guests.until("it is back") { machine.resets == 1 }
            let image = try await guests.end(of: made)
            #expect(image.state == .failed)
            #expect(image.stateReason == StateReason(code: "Client.ConcurrentSnapshotLimitExceeded", message: "Too many snapshots"))
            let snapshots = try await guests.database.read { try SnapshotTable($0).snapshots(ids: image.snapshotIDs) }
            #expect(snapshots.map(\.state) == [.error, .error])
            #expect(try await guests.instance(id).pendingImage == nil)
            // It can be deregistered, and its name used again.
            guests.host.fail("points", with: nil)
            _ = try await guests.world.images(World.home).deregister(made.rawValue, deletesSnapshots: true)
            #expect(try await guests.end(of: guests.image(of: id)).state == .available)
        }
    }

    @Test func aVolumeThatIsGoneFailsTheImage() async throws {
        try await running { guests, id, machine in
            machine.obeysButton = false
            let made = try await guests.image(of: id)
            try await guests.until("it is asked") { machine.presses == 1 }
            let data = try #require(try await guests.volumesOf(id).first { $0.attachments[0].device == "/dev/sdf" })
            try await guests.database.write { try VolumeTable($0).delete(data) }
            machine.shutDownByItself()
            try await guests.until("it is back") { machine.resets == 1 }
            let image = try await guests.end(of: made)
            #expect(image.state == .failed && image.stateReason?.code == "Client.InvalidVolume.NotFound")
            #expect(try await guests.jobs(of: image).isEmpty, "nothing is half")
        }
    }

    @Test func whatMayPassIsTriedAgain() async throws {
        try await running { guests, id, machine in
            guests.host.fail("points")
            let made = try await guests.image(of: id)
            try await guests.until("it is tried") { guests.host.log.contains("points") }
            #expect(machine.resets == 0)
            guests.host.fail("points", with: nil)
            guests.wake()
            #expect(try await guests.end(of: made).state == .available)
            try await guests.until("it is back") { machine.resets == 1 }
        }
    }

    @Test func whatDoesNotPassFailsInTheEnd() async throws {
        try await running { guests, id, machine in
            guests.host.fail("points")
            let made = try await guests.image(of: id)
            try await guests.until("it is back") {
                guests.wake()
                return machine.resets == 1
            }
            #expect(guests.host.log.count { $0 == "points" } == 5)
            let image = try await guests.end(of: made)
            #expect(image.state == .failed && image.stateReason?.code == "Server.InternalError")
        }
    }

    /// The volume has grown between the call and the guest's end: the image has what is there.
    @Test func theSizeIsThatOfTheMoment() async throws {
        try await running { guests, id, machine in
            machine.obeysButton = false
            let made = try await guests.image(of: id)
            try await guests.until("it is asked") { machine.presses == 1 }
            let root = try #require(try await guests.volumesOf(id).first { $0.attachments[0].device == "/dev/xvda" })
            guests.volumes.setSize(2 << 30, of: root.id)
            try await guests.database.write { transaction in
                let shape = VolumeShape(stored: .gp3, sizeGiB: 2, iops: 3_000, throughput: 125, isMultiAttachEnabled: false)
                try VolumeTable(transaction).setShape(shape, of: root.id)
            }
            machine.shutDownByItself()
            let image = try await guests.end(of: made)
            #expect(image.state == .available && image.devices.map { $0.volume?.sizeGiB } == [2, 1])
            #expect(try await guests.world.snapshots(World.home).snapshot(image.snapshotIDs[0].rawValue).sizeGiB == 2)
        }
    }

    // Servers that come and go ----------------------------------------------------------------------------------------

    /// The server is gone between each two steps, and the next one goes on: asked, off, begun, reset.
    @Test(arguments: ["asked", "off", "begun"]) func theNextServerGoesOn(from step: String) async throws {
        try await GuestWorld.run { guests in
            var facts: (InstanceID, ImageID, FakeMachine)?
            try await guests.served {
                let id = try await guests.running()
                let machine = try #require(guests.host.machine(id))
                machine.obeysButton = false
                if step == "begun" { guests.host.fail("reset") }
                let made = try await guests.image(of: id)
                facts = (id, made, machine)
                try await guests.until("it is asked") { machine.presses == 1 }
                guard step == "begun" else { return }
                machine.shutDownByItself()
                try await guests.until("it is begun") { try await guests.instance(id).pendingImage == nil }
            }
            let (id, made, machine) = try #require(facts)
            if step == "off" { machine.shutDownByItself() }
            guests.host.fail("reset", with: nil)
            machine.obeysButton = true
            try await guests.served {
                try await guests.until("it is back") { machine.resets == 1 }
                #expect(try await guests.end(of: made).state == .available)
                try await guests.until("it is as before") { try await guests.instance(id).rebootRequestedAt == nil }
            }
            #expect(guests.volumes.points.count == 1 && machine.resets == 1)
            #expect(await machine.state == .running)
        }
    }

    /// QEMU was killed with the server.
    @Test func aGuestThatIsGoneWithTheServerHasItsImage() async throws {
        try await GuestWorld.run { guests in
            var facts: (InstanceID, ImageID)?
            try await guests.served {
                let id = try await guests.running()
                let machine = try #require(guests.host.machine(id))
                machine.obeysButton = false
                facts = (id, try await guests.image(of: id))
                try await guests.until("it is asked") { machine.presses == 1 }
            }
            let (id, made) = try #require(facts)
            guests.host.machine(id)?.die()
            try await guests.served {
                try await guests.until(id, is: .stopped)
                #expect(try await guests.end(of: made).state == .available)
            }
            #expect(try await guests.instance(id).reason?.code == "Server.InternalError")
        }
    }
}

extension GuestWorld {
    /// Begins an image of an instance.
    fileprivate func image(of id: InstanceID, _ name: String = "made", reboots: Bool = true) async throws -> ImageID {
        var creation = ImageCreation(instance: id.rawValue, name: name)
        creation.reboots = reboots
        return try await world.images(World.home).create(creation)
    }

    /// The jobs of its snapshots.
    fileprivate func jobs(of image: Image) async throws -> [Job] {
        try await database.read { try JobTable($0).jobs(image.snapshotIDs.map(\.rawValue)) }
    }

    /// Has the jobs done, and waits for the image.
    fileprivate func end(of id: ImageID) async throws -> Image {
        try await world.reconciled { try await world.end(of: id, in: World.home) }
    }
}

extension World {
    fileprivate func described(_ id: ImageID) async throws -> Image { try #require(try await describe(id, in: World.home)) }
}
