import Foundation
import GuestNetwork
import Machines
import Testing

/// A real guest, from a disk of Debian's packages. One boot serves all that is asked of it.
@Suite(.serialized) struct RealGuestTests {
    @Test func theProbeBootsAGuest() async throws {
        #expect(await AcceleratorProbe(try GuestWorkshop.installation()).boots(.tcg))
    }

    /// Whoever starts the machine is killed at once, as Ferry may be: the guest boots on, is found again, and is used.
    @Test func aGuestOutlivesWhoStartedItAndReachesNothingElse() async throws {
        let folder = "/tmp/ferry-guest-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let shop = try GuestWorkshop(folder)
        defer { shop.killDiskServer() }
        try shop.serveDisk()
        let pages = [
            "/latest/meta-data/instance-id": GuestWorkshop.instance, "/latest/meta-data/local-hostname": "ip-172-31-5-7.test",
            "/latest/meta-data/public-keys/0/openssh-key": shop.key,
            "/latest/user-data": "#!/bin/sh\necho FERRY-USER-DATA on $(hostname)\n",
        ]
        let metadata = try StandInMetadata(shop.machine.place(MachineFolder.metadata), pages)
        await #expect(processExitsWith: .signal(SIGKILL)) {
            let folder = "/tmp/ferry-guest-\(getppid())"
            let machine = try await Machine.start(
                GuestWorkshop.description(in: folder),
                in: MachineFolder("\(folder)/machine"),
                by: GuestWorkshop.installation(),
                accelerator: .tcg
            )
            try await machine.resume()
            kill(getpid(), SIGKILL)
        }
        let machine = try #require(try await Machine.adopt(GuestWorkshop.description(in: folder), in: shop.machine))
        #expect(await machine.state == .running)
        try await checkNoSecondBegins(shop)
        do {
            try await use(machine, shop, pages, metadata)
        } catch {
            await machine.end()
            throw error
        }
        #expect(!machine.process.isAlive)
        #expect(try await Machine.adopt(GuestWorkshop.description(in: folder), in: shop.machine) == nil)
    }

    /// Neither while its record says that it runs, nor when there is none: as in the moment before it has written one.
    private func checkNoSecondBegins(_ shop: GuestWorkshop) async throws {
        let (record, aside) = (shop.machine.place("qemu.pid"), shop.machine.place("aside"))
        for hasRecord in [true, false] {
            if !hasRecord { try FileManager.default.moveItem(atPath: record, toPath: aside) }
            let error = await #expect(throws: MachineError.self) {
                _ = try await Machine.start(
                    GuestWorkshop.description(in: shop.folder),
                    in: shop.machine,
                    by: GuestWorkshop.installation(),
                    accelerator: .tcg
                )
            }
            #expect(error?.kind == .runs)
            if !hasRecord { try FileManager.default.moveItem(atPath: aside, toPath: record) }
        }
    }

    private func use(_ machine: Machine, _ shop: GuestWorkshop, _ pages: [String: String], _ metadata: StandInMetadata) async throws {
        try await shop.console(has: "FERRY-SSH-IS-UP")
        let console = String(decoding: shop.machine.consoleOutput, as: UTF8.self)
        #expect(console.contains("FERRY-LEASE 172.31.5.7/20 via 172.31.0.1 named ip-172-31-5-7.eu-west-1.compute.internal"))
        #expect(console.contains("FERRY-INSTANCE \(GuestWorkshop.instance)"))
        #expect(console.contains("FERRY-USER-DATA on ip-172-31-5-7"))

        let port = try HostPort()
        let ssh = try await openSSH(machine)
        try await checkIdentity(shop, ssh)
        try await checkFences(shop, ssh, port)
        try await checkMetadataComesAndGoes(shop, ssh, pages, metadata)
        try await checkDisks(machine, shop, ssh)
        let screen = try await machine.screenshot()
        #expect(screen.width >= 640 && screen.height >= 400)
        #expect(Set(screen.points).count > 1, "there is something on it")
        try await checkAVolumeThatIsAway(machine, shop, ssh)

        try await machine.endForward(address: try #require(IPv4Address(GuestWorkshop.address)), port: ssh)
        #expect(try await machine.forwards() == [])
        #expect(try await shop.ssh(ssh, "true").status == 255, "the port is closed")
        #expect(try await machine.powerDown(within: .seconds(300)))
        #expect(await machine.state == .off(byGuest: true))
        try await shop.console(has: "FERRY-POWER-BUTTON")
        await machine.end()
        #expect(await machine.state == .gone)
    }

    /// On a port that is free, since tests run beside each other.
    private func openSSH(_ machine: Machine) async throws -> UInt16 {
        let address = try #require(IPv4Address(GuestWorkshop.address))
        let port = try HostPort().number
        try await machine.forward(Forward(address: address, port: port, guestPort: 22))
        #expect(try await machine.forwards() == [Forward(address: address, port: port, guestPort: 22)])
        return port
    }

    private func checkIdentity(_ shop: GuestWorkshop, _ ssh: UInt16) async throws {
        let files =
            "/sys/class/block/vda/serial /sys/class/dmi/id/sys_vendor /sys/class/dmi/id/product_uuid /sys/class/dmi/id/product_serial "
        let answer = try await shop.ssh(ssh, "for file in \(files) /sys/class/dmi/id/board_asset_tag; do echo $(cat $file); done")
        let uuid = "ec201234-5678-9abc-def0-56789abcdef0"
        #expect(
            answer.text.split(separator: "\n") == [
                "vol0123456789abcdef0", "Amazon EC2", Substring(uuid), Substring(uuid), "i-0123456789abcdef0",
            ]
        )
    }

    private func checkFences(_ shop: GuestWorkshop, _ ssh: UInt16, _ port: HostPort) async throws {
        let hosts = ["172.31.0.1", "172.31.0.2", "172.31.5.8", "169.254.169.254", "10.0.2.2", "127.0.0.1", "1.1.1.1"]
        let attempts = hosts.map { "(echo | nc -w 1 \($0) \(port.number) && echo REACHED) & " }.joined()
        let web = ["172.31.0.1", "172.31.5.8", "10.0.2.2"].map { "(echo | nc -w 1 \($0) 80 && echo REACHED) & " }.joined()
        let disguised =
            "ip addr add 172.31.5.9/20 dev eth0; (echo | nc -w 1 -s 172.31.5.9 169.254.169.254 80 && echo REACHED); ip addr del 172.31.5.9/20 dev eth0; "
        let answer = try await shop.ssh(ssh, "(\(attempts)\(web)\(disguised)wait; echo tried) 2>/dev/null")
        #expect(answer.text == "tried\n")
        #expect(!port.wasReached)
    }

    private func checkMetadataComesAndGoes(_ shop: GuestWorkshop, _ ssh: UInt16, _ pages: [String: String], _ metadata: StandInMetadata)
        async throws
    {
        let ask = "timeout 20 wget -q -O - --header 'X-aws-ec2-metadata-token: secret' http://169.254.169.254/latest/meta-data/instance-id"
        #expect(try await shop.ssh(ssh, ask).text == GuestWorkshop.instance)
        metadata.stop()
        #expect(try await shop.ssh(ssh, ask).status != 0)
        let again = try StandInMetadata(shop.machine.place(MachineFolder.metadata), pages)
        defer { again.stop() }
        #expect(try await shop.ssh(ssh, ask).text == GuestWorkshop.instance)
    }

    private func checkDisks(_ machine: Machine, _ shop: GuestWorkshop, _ ssh: UInt16) async throws {
        let second = MachineDescription.Disk(volume: "vol-00000000000000002", socket: "\(shop.folder)/disk.sock", export: "root", slot: 3)
        try await machine.attach(second)
        let awaitDisk = "for i in $(seq 600); do [ -e /sys/class/block/vdb ] && break; usleep 100000; done; cat /sys/class/block/vdb/serial"
        #expect(try await shop.ssh(ssh, awaitDisk).text == "vol00000000000000002")
        #expect(try await machine.detach(second.volume, within: .seconds(120)))
        #expect(try await shop.ssh(ssh, "ls /sys/class/block").text.contains("vdb") == false)
        let missing = MachineDescription.Disk(volume: "vol-00000000000000003", socket: "\(shop.folder)/none.sock", slot: 4)
        let error = await #expect(throws: MachineError.self) { try await machine.attach(missing) }
        #expect(error?.kind == .refused)
    }

    /// The volume is away while the guest writes and syncs: it waits, and is told of nothing.
    private func checkAVolumeThatIsAway(_ machine: Machine, _ shop: GuestWorkshop, _ ssh: UInt16) async throws {
        shop.killDiskServer()
        let write = "dd if=/dev/zero of=/file bs=4k count=8 conv=fsync 2>/dev/null && sync && dmesg | grep -c 'I/O error'"
        async let written = shop.ssh(ssh, "echo begun >/dev/console; \(write)")
        try await shop.console(has: "begun")
        #expect(await machine.state == .running)
        try shop.serveDisk()
        let answer = try await written
        #expect(answer.text == "0\n", "the guest saw no error")
    }
}
