import Domain
import Foundation
import Machines
import Metadata
import Services
import TestSupport
import Testing

/// Rows of instances are driven to where they are to be, whatever happens to guests and servers meanwhile.
@Suite(.againstHangs) struct InstanceDriveTests {
    // Starting --------------------------------------------------------------------------------------------------------

    @Test func aPendingInstanceRuns() async throws {
        try await GuestWorld.run { guests in
            try await guests.served {
                let id = try await guests.running(data: true)
                let machine = try #require(guests.host.machine(id))
                #expect(await machine.state == .running)
                #expect(machine.description.disks.map(\.slot).sorted() == [0, 5])
                #expect(machine.description.memoryMiB == 1_024)
                let volumes = try await guests.volumesOf(id)
                #expect(volumes.allSatisfy { $0.attachments.map(\.state) == [.attached] })
                #expect(guests.volumes.served == Set(volumes.map(\.id)))
                let log = guests.host.log
                #expect(log.lastIndex(of: "serve").map { $0 < log.firstIndex(of: "start") ?? 0 } == true, "disks come first")
            }
        }
    }

    @Test func aVolumeThatIsBeingMadeIsWaitedFor() async throws {
        try await GuestWorld.run { guests in
            try await guests.served {
                let id = try await guests.launch(isRootUsable: false)
                _ = try await guests.running()
                #expect(try await guests.instance(id).state == .pending)
                let volume = try await guests.volumesOf(id)[0]
                try await guests.database.write { transaction in
                    var volume = volume
                    volume.state = .inUse
                    try VolumeTable(transaction).update(volume)
                }
                guests.wake()
                try await guests.until(id, is: .running)
            }
        }
    }

    /// Each step on the way to a guest fails: the instance goes, says why, and nothing of it is left.
    @Test(arguments: ["serve", "start", "resume"])
    func whatCannotStartTerminates(_ step: String) async throws {
        try await GuestWorld.run { guests in
            guests.host.fail(step)
            try await guests.served {
                let id = try await guests.launch(data: true)
                let data = try #require(try await guests.volumesOf(id).first { $0.attachments[0].device == "/dev/sdf" })
                try await guests.until(id, is: .terminated)
                let instance = try await guests.instance(id)
                #expect(instance.reason?.code == "Server.InternalError")
                #expect(guests.host.running.isEmpty)
                #expect(guests.volumes.served.isEmpty)
                #expect(!FileManager.default.fileExists(atPath: "\(guests.folder)/\(id)"))
                #expect(try await guests.volumesOf(id).isEmpty)
                #expect(try await guests.database.read { try VolumeTable($0).volume(data.id) }?.state == .available)
                #expect(guests.memory.freeMiB == guests.memory.limitMiB)
            }
        }
    }

    @Test func oneThatHasRunBeforeStopsInstead() async throws {
        try await GuestWorld.run { guests in
            try await guests.served {
                let id = try await guests.running()
                try await guests.stop(id)
                try await guests.until(id, is: .stopped)
                guests.host.fail("start", with: MachineError(.missing, "QEMU is not installed (Debian: qemu-system-x86)."))
                try await guests.start(id)
                try await guests.until(id, is: .stopped)
                #expect(try await guests.instance(id).reason?.message.contains("qemu-system-x86") == true)
                guests.host.fail("start", with: nil)
                try await guests.start(id)
                try await guests.until(id, is: .running)
                #expect(try await guests.instance(id).reason == nil)
            }
        }
    }

    @Test func memoryIsBounded() async throws {
        try await GuestWorld.run(memoryMiB: 1_536) { guests in
            try await guests.served {
                let first = try await guests.running()
                let second = try await guests.launch()
                try await guests.until(second, is: .terminated)
                #expect(try await guests.instance(second).reason?.code == "Server.InsufficientInstanceCapacity")
                try await guests.terminate(first)
                try await guests.until(first, is: .terminated)
                _ = try await guests.running()
            }
        }
    }

    @Test func guestsTakeThreeQuartersOfTheHost() {
        #expect(GuestMemory.standardMiB == max(512, Int(ProcessInfo.processInfo.physicalMemory >> 20) * 3 / 4))
    }

    // Servers that come and go ----------------------------------------------------------------------------------------

    @Test func theNextServerFindsTheGuest() async throws {
        try await GuestWorld.run { guests in
            var id: InstanceID?
            try await guests.served {
                let launched = try await guests.running()
                id = launched
            }
            let instance = try #require(id)
            #expect(guests.host.running == [instance.rawValue], "the guest runs on")
            #expect(!guests.host.log.contains("end"))
            try await guests.served {
                // It is looked after again: what it does itself is seen.
                try await guests.until("it is found") { guests.host.log.contains("adopt") }
                try #require(guests.host.machine(instance)).shutDownByItself()
                try await guests.until(instance, is: .stopped)
            }
            #expect(guests.host.log.count { $0 == "boot" } == 1)
        }
    }

    /// The server was killed after QEMU had begun, and before the row said so.
    @Test func aGuestThatHasBegunIsNotStartedTwice() async throws {
        try await GuestWorld.run { guests in
            var id: InstanceID?
            try await guests.served {
                let launched = try await guests.running()
                id = launched
            }
            let instance = try #require(id)
            try await guests.database.write { transaction in
                _ = try transaction.execute("UPDATE instances SET state = 'pending', was_started = 0", [])
            }
            try await guests.served { try await guests.until(instance, is: .running) }
            #expect(guests.host.running == [instance.rawValue])
            #expect(guests.host.log.count { $0 == "boot" } == 1)
        }
    }

    @Test func aGuestThatDiedMeanwhileIsStopped() async throws {
        try await GuestWorld.run { guests in
            var id: InstanceID?
            try await guests.served {
                let launched = try await guests.running(behavior: .terminate)
                id = launched
            }
            let instance = try #require(id)
            guests.host.machine(instance)?.die()
            try await guests.served { try await guests.until(instance, is: .stopped) }
            #expect(try await guests.instance(instance).reason?.code == "Server.InternalError")
            #expect(guests.host.log.count { $0 == "boot" } == 1, "it is not started again by itself")
        }
    }

    /// As after rows were restored from a backup.
    @Test func whatBelongsToNoInstanceIsRemoved() async throws {
        try await GuestWorld.run { guests in
            let stray = "\(guests.folder)/i-0123456789abcdef0"
            try FileManager.default.createDirectory(atPath: stray, withIntermediateDirectories: true)
            try await guests.served { try await guests.until("it is gone") { !FileManager.default.fileExists(atPath: stray) } }
        }
    }

    // What guests do --------------------------------------------------------------------------------------------------

    @Test func aGuestThatShutsItselfDownStopsOrTerminates() async throws {
        try await GuestWorld.run { guests in
            try await guests.served {
                for (behavior, state) in [(Instance.ShutdownBehavior.stop, InstanceState.stopped), (.terminate, .terminated)] {
                    let id = try await guests.running(behavior: behavior)
                    try #require(guests.host.machine(id)).shutDownByItself()
                    try await guests.until(id, is: state)
                    #expect(try await guests.instance(id).reason?.code == "Client.InstanceInitiatedShutdown")
                    #expect(guests.host.running.isEmpty)
                }
            }
        }
    }

    @Test func aGuestThatDiesIsStoppedWithTheReason() async throws {
        try await GuestWorld.run { guests in
            try await guests.served {
                let id = try await guests.running()
                guests.host.machine(id)?.die()
                try await guests.until(id, is: .stopped)
                let instance = try await guests.instance(id)
                #expect(instance.reason?.code == "Server.InternalError")
                #expect(instance.place.publicAddress == nil)
                #expect(guests.volumes.served.isEmpty)
            }
        }
    }

    // What callers ask ------------------------------------------------------------------------------------------------

    @Test func aStopAsksTheGuest() async throws {
        try await GuestWorld.run { guests in
            try await guests.served {
                let id = try await guests.running()
                let machine = try #require(guests.host.machine(id))
                try await guests.stop(id)
                try await guests.until(id, is: .stopped)
                #expect(machine.presses == 1)
                #expect(guests.volumes.served.isEmpty)
                #expect(try await guests.volumesOf(id).count == 1)
            }
        }
    }

    /// It is asked again and again, as long as it has time; then it is ended.
    @Test func aGuestThatDoesNotAnswerIsEnded() async throws {
        try await GuestWorld.run { guests in
            try await guests.served {
                let id = try await guests.running()
                let machine = try #require(guests.host.machine(id))
                machine.obeysButton = false
                try await guests.stop(id)
                try await guests.until("it is asked") { machine.presses == 1 }
                #expect(try await guests.instance(id).state == .stopping)
                guests.world.clock.advance(seconds: 11)
                guests.wake()
                try await guests.until("it is asked again") { machine.presses == 2 }
                try await guests.until(id, is: .stopped, advancing: 11)
                #expect(guests.host.running.isEmpty)
            }
        }
    }

    /// As when the key of a volume was disabled while the server was away: what cannot be reached is ended in the end.
    @Test func aGuestThatCannotBeReachedIsEnded() async throws {
        try await GuestWorld.run { guests in
            var id: InstanceID?
            try await guests.served {
                let launched = try await guests.running()
                id = launched
            }
            let instance = try #require(id)
            guests.host.fail("serve")
            try await guests.served {
                try await guests.stop(instance)
                try await guests.until(instance, is: .stopped, advancing: 11)
                #expect(guests.host.running.isEmpty)
            }
        }
    }

    @Test func whoDoesNotWantToWaitForcesIt() async throws {
        try await GuestWorld.run { guests in
            try await guests.served {
                for wish in ["force", "terminate"] {
                    let id = try await guests.running()
                    let machine = try #require(guests.host.machine(id))
                    machine.obeysButton = false
                    try await guests.stop(id)
                    try await guests.until("it is asked") { machine.presses == 1 }
                    if wish == "force" { try await guests.stop(id, force: true) } else { try await guests.terminate(id) }
                    try await guests.until(id, is: wish == "force" ? .stopped : .terminated)
                    #expect(machine.presses == 1)
                }
            }
        }
    }

    @Test func aRebootAsksTheGuestAndResetsIt() async throws {
        try await GuestWorld.run { guests in
            try await guests.served {
                let id = try await guests.running(behavior: .terminate)
                let machine = try #require(guests.host.machine(id))
                try await guests.reboot(id)
                try await guests.until("it is reset") { try await guests.instance(id).rebootRequestedAt == nil }
                #expect(machine.presses == 1 && machine.resets == 1)
                #expect(await machine.state == .running)
                #expect(try await guests.instance(id).state == .running, "its shutdown was no shutdown")
                machine.obeysButton = false
                try await guests.reboot(id)
                try await guests.until("it is reset") {
                    guests.world.clock.advance(seconds: 11)
                    guests.wake()
                    return try await guests.instance(id).rebootRequestedAt == nil
                }
                #expect(machine.resets == 2)
            }
        }
    }

    @Test func terminationLeavesNothing() async throws {
        try await GuestWorld.run { guests in
            try await guests.served {
                let id = try await guests.running(data: true)
                let volumes = try await guests.volumesOf(id)
                try await guests.terminate(id)
                try await guests.until(id, is: .terminated)
                #expect(guests.host.running.isEmpty && guests.volumes.served.isEmpty)
                #expect(!FileManager.default.fileExists(atPath: "\(guests.folder)/\(id)"))
                let left = try await guests.database.read { try VolumeTable($0).volumes(ids: volumes.map(\.id)) }
                #expect(left.map(\.state) == [.available])
                try await guests.until("bytes follow rows") { Set(guests.volumes.settled) == Set(volumes.map(\.id)) }
                #expect(guests.memory.freeMiB == guests.memory.limitMiB)
            }
        }
    }
}
