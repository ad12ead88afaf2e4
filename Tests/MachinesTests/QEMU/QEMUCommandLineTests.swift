import GuestNetwork
import Machines
import Testing

/// What QEMU is started with.
@Suite struct QEMUCommandLineTests {
    @Test func aMachineThatBootsByBIOS() throws {
        let line = QEMUCommandLine(try Sample.machine(), .tcg, nil).arguments
        #expect(
            line == [
                "-name", "i-0123456789abcdef0", "-nodefaults", "-no-user-config", "-S", "-display", "none",
                "-action", "reboot=reset,shutdown=pause,panic=pause",
                "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
                "-machine", "pc", "-accel", "tcg,thread=multi,split-wx=on,tb-size=256", "-cpu", "max", "-smp", "2", "-m", "256M",
                "-rtc", "base=utc", "-boot", "strict=on",
                "-uuid", "ec201234-5678-9abc-def0-56789abcdef0", "-smbios", "type=0,vendor=Amazon EC2,version=1.0",
                "-smbios",
                "type=1,manufacturer=Amazon EC2,product=t3.nano,uuid=ec201234-5678-9abc-def0-56789abcdef0,"
                    + "serial=ec201234-5678-9abc-def0-56789abcdef0",
                "-smbios", "type=2,manufacturer=Amazon EC2,asset=i-0123456789abcdef0",
                "-smbios", "type=3,manufacturer=Amazon EC2,asset=Amazon EC2",
                "-qmp", "unix:qmp.sock,server=on,wait=off", "-chardev", "socket,id=console,fd=4,server=on,wait=off", "-serial",
                "chardev:console",
                "-netdev", "stream,id=network,server=on,addr.type=fd,addr.str=3", "-object", "rng-builtin,id=random",
                "-device", "VGA,id=screen,vgamem_mb=8,addr=2",
                "-device", "virtio-net-pci,id=card,netdev=network,mac=02:00:ac:1f:05:07,romfile=,addr=3",
                "-device", "virtio-rng-pci,rng=random,addr=4",
                "-blockdev",
                #"{"driver":"nbd","node-name":"vol0123456789abcdef0","server":{"type":"unix","path":"/run/a \"disk\".sock"},"#
                    + #""export":"root","reconnect-delay":31536000,"discard":"unmap"}"#,
                "-device",
                #"{"driver":"virtio-blk-pci","id":"disk-vol0123456789abcdef0","drive":"vol0123456789abcdef0","#
                    + #""serial":"vol0123456789abcdef0","werror":"report","rerror":"report","bootindex":0,"addr":"0x5"}"#,
            ]
        )
    }

    @Test func whatUEFIAndKVMChange() throws {
        let bios = QEMUCommandLine(try Sample.machine(), .tcg, nil).arguments
        let line = QEMUCommandLine(try Sample.machine(.uefi), .kvm, .init(code: "/share/a,b.fd", variables: "/share/v.fd")).arguments
        #expect(
            line.filter { !bios.contains($0) } == [
                "kvm", "host", "-drive", "if=pflash,unit=0,format=raw,readonly=on,file=/share/a,,b.fd",
                "-drive", "if=pflash,unit=1,format=raw,file=uefi-variables.fd",
            ]
        )
    }

    @Test func aMachineWithATPM() throws {
        let firmware = QEMUInstallation.Firmware(code: "/share/c.fd", variables: "/share/v.fd")
        let plain = QEMUCommandLine(try Sample.machine(.uefi), .tcg, firmware).arguments
        let line = QEMUCommandLine(try Sample.machine(.uefi, hasTPM: true), .tcg, firmware).arguments
        #expect(
            line.filter { !plain.contains($0) } == [
                "socket,id=tpm,path=tpm.sock", "-tpmdev", "emulator,id=tpm0,chardev=tpm", "tpm-crb,tpmdev=tpm0",
            ]
        )
        #expect(throws: MachineError.self) { try Sample.machine(.bios, hasTPM: true) }
        #expect(throws: MachineError.self) { try Sample.machine(.uefi, architecture: .arm64, hasTPM: true) }
    }

    @Test func anARMMachineHasAPortForEachDisk() throws {
        let machine = try Sample.machine(.uefi, architecture: .arm64)
        let line = QEMUCommandLine(machine, .tcg, .init(code: "/share/c.fd", variables: "/share/v.fd")).arguments
        #expect(line.count { $0.hasPrefix("pcie-root-port") } == MachineDescription.slots)
        #expect(line.contains("virt"))
        #expect(line.last?.contains(#""bus":"port0""#) == true)
    }

    @Test func disksStandInTheOrderOfTheirSlots() throws {
        var disks = try Sample.machine().disks
        disks.insert(.init(volume: "vol-00000000000000002", socket: "/run/2.sock", slot: 25), at: 0)
        disks.insert(.init(volume: "vol-00000000000000001", socket: "/run/1.sock", slot: 1), at: 0)
        let line = QEMUCommandLine(try Sample.machine(disks: disks), .tcg, nil).arguments
        let places = line.filter { $0.contains("virtio-blk-pci") }.compactMap { $0.firstMatch(of: #/"addr":"(\w+)"/#)?.output.1 }
        #expect(places == ["0x5", "0x6", "0x1e"], "the bus has 32")
    }

    @Test func machinesThatCannotBe() throws {
        #expect(throws: MachineError.self) { try Sample.machine(disks: []) }
        let disk = MachineDescription.Disk(volume: "vol-0123456789abcdef0", socket: "/run/1", slot: 0)
        #expect(throws: MachineError.self) { try Sample.machine(disks: [disk, disk]) }
        #expect(throws: MachineError.self) { try Sample.machine(.bios, architecture: .arm64) }
        #expect(throws: MachineError.self) { try Sample.machine(instance: "i-0123,file=/etc/passwd") }
        #expect(throws: MachineError.self) { try Sample.machine(disks: [.init(volume: "vol-x", socket: "/run/1", slot: 0)]) }
    }

    @Test func whatIsMissingIsNamedWithItsPackage() throws {
        func cause(_ body: () throws -> Void) -> String { (#expect(throws: MachineError.self) { try body() })?.cause ?? "" }
        #expect(
            cause { _ = try QEMUInstallation.find(.x86, searching: "/nowhere", helpers: ["/bin"]) }.contains("(Debian: qemu-system-x86)")
        )
        #expect(
            cause { _ = try QEMUInstallation.find(.arm64, searching: "/nowhere", helpers: ["/bin"]) }.contains("(Debian: qemu-system-arm)")
        )
        let bare = QEMUInstallation(architecture: .x86, program: "/bin/true", helper: "/bin/true", firmware: nil)
        #expect(cause { _ = try bare.requireTPM() }.contains("(Debian: swtpm)"))
        #expect(cause { _ = try QEMUInstallation.find(.x86, helpers: ["/nowhere"]) }.contains("ferry-network"))
    }
}

enum Sample {
    static func machine(
        _ bootMode: MachineDescription.BootMode = .bios,
        instance: String = "i-0123456789abcdef0",
        architecture: MachineDescription.Architecture = .x86,
        hasTPM: Bool = false,
        disks: [MachineDescription.Disk] = [.init(volume: "vol-0123456789abcdef0", socket: #"/run/a "disk".sock"#, export: "root", slot: 0)]
    ) throws -> MachineDescription {
        let network = GuestIdentity(
            mac: try #require(MACAddress("02:00:ac:1f:05:07")),
            address: try #require(IPv4Address("172.31.5.7")),
            prefixLength: 20,
            gateway: try #require(IPv4Address("172.31.0.1")),
            hostname: "ip-172-31-5-7",
            domain: "eu-west-1.compute.internal"
        )
        return try MachineDescription(
            instance: instance,
            type: "t3.nano",
            architecture: architecture,
            bootMode: bootMode,
            processors: 2,
            memoryMiB: 256,
            hasTPM: hasTPM,
            disks: disks,
            network: network
        )
    }
}
