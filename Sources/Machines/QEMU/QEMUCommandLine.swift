import GuestNetwork

/// How a guest's instructions are run.
package enum Accelerator: String, Hashable, Sendable {
    case kvm
    case tcg
}

/// What QEMU is started with: a pure function of the machine.
///
/// Nothing but what is named is there (`-nodefaults`, `-no-user-config`); the guest waits (`-S`) until it is told to go on, so that nothing runs
/// that nobody watches; when it shuts down, QEMU stays, so that how it ended is known whenever Ferry looks.
package struct QEMUCommandLine: Hashable, Sendable {
    /// Descriptors that QEMU inherits: it listens on them for the network helper, and takes another when that has ended.
    static let link: Int32 = 3
    static let serial: Int32 = 4

    /// For how long the guest's requests wait when the server of a volume is away: a year, which is for as long as it takes. So all errors that a
    /// volume has are its own, such as that there is no room, and the guest is told (`werror=report`). What waits makes QEMU deaf to `quit`: it is
    /// killed then.
    private static let reconnectSeconds = 31_536_000

    package let arguments: [String]

    package init(_ machine: MachineDescription, _ accelerator: Accelerator, _ firmware: QEMUInstallation.Firmware?) {
        arguments =
            [
                "-name", machine.instance, "-nodefaults", "-no-user-config", "-S", "-display", "none", "-action",
                "reboot=reset,shutdown=pause,panic=pause",
            ]
            + ["-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"]
            + Self.board(machine, accelerator)
            + (firmware.map(Self.flash) ?? [])
            + Self.identity(machine)
            + Self.ports(machine)
            + (machine.hasTPM ? Self.tpm : [])
            + machine.disks.sorted { $0.slot < $1.slot }.flatMap {
                ["-blockdev", Self.node($0).text, "-device", Self.device($0, machine.architecture).text]
            }
    }

    private static func board(_ machine: MachineDescription, _ accelerator: Accelerator) -> [String] {
        let acceleration =
            switch accelerator {
            case .kvm: "kvm"
            // No page is both written and executed, as a service under systemd's MemoryDenyWriteExecute needs it.
            case .tcg: "tcg,thread=multi,split-wx=on,tb-size=256"
            }
        let board: String
        switch machine.architecture {
        case .x86: board = "pc"
        case .arm64: board = accelerator == .kvm ? "virt,gic-version=host" : "virt"
        }
        return [
            "-machine", board, "-accel", acceleration, "-cpu", accelerator == .kvm ? "host" : "max", "-smp", String(machine.processors),
            "-m", "\(machine.memoryMiB)M", "-rtc", "base=utc", "-boot", "strict=on",
        ]
    }

    private static func flash(_ firmware: QEMUInstallation.Firmware) -> [String] {
        [
            "-drive", "if=pflash,unit=0,format=raw,readonly=on,file=\(escaped(firmware.code))",
            "-drive", "if=pflash,unit=1,format=raw,file=\(MachineFolder.variables)",
        ]
    }

    private static func identity(_ machine: MachineDescription) -> [String] {
        let vendor = "manufacturer=Amazon EC2"
        return [
            "-uuid", machine.uuid, "-smbios", "type=0,vendor=Amazon EC2,version=1.0",
            "-smbios", "type=1,\(vendor),product=\(escaped(machine.type)),uuid=\(machine.uuid),serial=\(machine.uuid)",
            "-smbios", "type=2,\(vendor),asset=\(machine.instance)", "-smbios", "type=3,\(vendor),asset=Amazon EC2",
        ]
    }

    private static func ports(_ machine: MachineDescription) -> [String] {
        var arguments = [
            "-qmp", "unix:\(MachineFolder.control),server=on,wait=off",
            "-chardev", "socket,id=console,fd=\(serial),server=on,wait=off", "-serial", "chardev:console",
            "-netdev", "stream,id=network,server=on,addr.type=fd,addr.str=\(link)",
            "-object", "rng-builtin,id=random",
        ]
        switch machine.architecture {
        case .x86:
            arguments += ["-device", "VGA,id=screen,vgamem_mb=8,addr=2"]
            arguments += ["-device", "virtio-net-pci,id=card,netdev=network,mac=\(machine.network.mac),romfile=,addr=3"]
            arguments += ["-device", "virtio-rng-pci,rng=random,addr=4"]
        case .arm64:
            arguments += [
                "-device", "virtio-gpu-pci,id=screen", "-device",
                "virtio-net-pci,id=card,netdev=network,mac=\(machine.network.mac),romfile=",
            ]
            arguments += ["-device", "virtio-rng-pci,rng=random"]
            // Express slots take a disk while the guest runs only where a port was made for it.
            arguments += (0..<MachineDescription.slots).flatMap { ["-device", "pcie-root-port,id=port\($0),chassis=\($0 + 1)"] }
        }
        return arguments
    }

    private static var tpm: [String] {
        [
            "-chardev", "socket,id=tpm,path=\(MachineFolder.tpm)", "-tpmdev", "emulator,id=tpm0,chardev=tpm",
            "-device", "tpm-crb,tpmdev=tpm0",
        ]
    }

    // Disks, on the command line and over QMP -------------------------------------------------------------------------

    static func node(_ disk: MachineDescription.Disk) -> JSONTerm {
        [
            "driver": "nbd", "node-name": .string(disk.serial), "server": ["type": "unix", "path": .string(disk.socket)],
            "export": .string(disk.export), "reconnect-delay": .integer(reconnectSeconds), "discard": "unmap",
        ]
    }

    /// A disk that fails each request.
    static func brokenNode(_ name: String) -> JSONTerm {
        [
            "driver": "blkdebug", "node-name": .string(name), "image": ["driver": "null-co", "size": .integer(1 << 40)],
            "inject-error": .array([["event": "none", "errno": 5, "immediately": true]]),
        ]
    }

    static func device(_ disk: MachineDescription.Disk, _ architecture: MachineDescription.Architecture) -> JSONTerm {
        let device: JSONTerm = [
            "driver": "virtio-blk-pci", "id": .string(deviceName(disk.volume)), "drive": .string(disk.serial),
            "serial": .string(disk.serial),
            "werror": "report", "rerror": "report", "bootindex": .integer(disk.slot),
        ]
        switch architecture {
        // The first five slots of the bus hold the board, its bridges, the screen, the card and the source of random numbers.
        case .x86: return device.adding("addr", .string("0x" + String(disk.slot + 5, radix: 16)))
        case .arm64: return device.adding("bus", .string("port\(disk.slot)"))
        }
    }

    static func deviceName(_ volume: String) -> String { devicePrefix + volume.dropFirst(4) }

    /// Nil for what is no disk.
    static func volume(ofDevice name: String) -> String? {
        name.hasPrefix(devicePrefix) ? "vol-" + name.dropFirst(devicePrefix.count) : nil
    }

    private static let devicePrefix = "disk-vol"

    /// A comma ends an option's value, two are one of its own.
    private static func escaped(_ text: String) -> String { text.replacing(",", with: ",,") }
}
