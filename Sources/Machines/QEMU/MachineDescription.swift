import GuestNetwork

/// What a guest runs on: all that QEMU and the network helper are told.
package struct MachineDescription: Hashable, Sendable {
    package enum Architecture: String, Hashable, Sendable, CaseIterable {
        case x86 = "x86_64"
        case arm64
    }

    package enum BootMode: String, Hashable, Sendable, CaseIterable {
        case bios = "legacy-bios"
        case uefi
        case uefiPreferred = "uefi-preferred"
    }

    /// A volume, as it is served over NBD on a unix socket.
    package struct Disk: Hashable, Sendable {
        /// `vol-` and 17 hexadecimal digits.
        package let volume: String
        package let socket: String
        /// The name of the export on that socket.
        package let export: String
        /// The place on the bus, which decides the order in which a guest finds its disks: 0 is the one that it boots from.
        package let slot: Int

        package init(volume: String, socket: String, export: String = "", slot: Int) {
            self.volume = volume
            self.socket = socket
            self.export = export
            self.slot = slot
        }

        /// What the guest reads as the disk's serial number, as on EC2: the id without its hyphen.
        var serial: String { Self.serial(of: volume) }

        static func serial(of volume: String) -> String { volume.replacing("-", with: "") }
    }

    /// `i-` and 17 hexadecimal digits.
    package let instance: String
    package let type: String
    package let architecture: Architecture
    package let bootMode: BootMode
    package let processors: Int
    package let memoryMiB: Int
    /// Whether it has a TPM 2.0.
    package let hasTPM: Bool
    package var disks: [Disk]
    package let network: GuestIdentity

    /// Disks that fit on the bus.
    package static let slots = 26
    package static let processorsMax = 64

    /// - Throws: ``MachineError`` when no machine can be so.
    package init(
        instance: String,
        type: String,
        architecture: Architecture,
        bootMode: BootMode,
        processors: Int,
        memoryMiB: Int,
        hasTPM: Bool = false,
        disks: [Disk],
        network: GuestIdentity
    ) throws(MachineError) {
        guard Self.isIdentifier(instance, "i-"), disks.allSatisfy({ Self.isIdentifier($0.volume, "vol-") }) else {
            throw MachineError(.description, "An id of the machine \(instance) is none of EC2's.")
        }
        guard Set(disks.map(\.slot)).count == disks.count, disks.allSatisfy({ 0..<Self.slots ~= $0.slot }),
            disks.contains(where: { $0.slot == 0 })
        else {
            throw MachineError(
                .description,
                "The machine \(instance) needs a disk in slot 0 and at most one in each of \(Self.slots) slots."
            )
        }
        guard (1...Self.processorsMax).contains(processors), (64...(1 << 20)).contains(memoryMiB) else {
            throw MachineError(.description, "The machine \(instance) cannot have \(processors) processors and \(memoryMiB) MiB of memory.")
        }
        guard !hasTPM || (architecture == .x86 && bootMode != .bios) else {
            throw MachineError(.description, "A machine with a TPM is one for x86_64 that boots by UEFI.")
        }
        guard architecture == .x86 || bootMode != .bios else {
            throw MachineError(.description, "A machine for arm64 boots by UEFI alone.")
        }
        self.instance = instance
        self.type = type
        self.architecture = architecture
        self.bootMode = bootMode
        self.processors = processors
        self.memoryMiB = memoryMiB
        self.hasTPM = hasTPM
        self.disks = disks
        self.network = network
    }

    /// The identity in SMBIOS, by which guests know that they are on EC2: it begins with `ec2`, and is the serial number too.
    package var uuid: String {
        let digits = "ec2" + instance.dropFirst(2) + instance.suffix(12)
        let ends = [0, 8, 12, 16, 20, 32].map { digits.index(digits.startIndex, offsetBy: $0) }
        return zip(ends, ends.dropFirst()).map { digits[$0..<$1] }.joined(separator: "-")
    }

    private static func isIdentifier(_ text: String, _ prefix: String) -> Bool {
        text.hasPrefix(prefix) && text.utf8.count == prefix.utf8.count + 17
            && text.utf8.dropFirst(prefix.utf8.count).allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}

extension MachineDescription {
    /// With sockets as a process in the machine's folder takes them.
    func seen(from folder: MachineFolder) -> MachineDescription {
        var machine = self
        machine.disks = disks.map { $0.seen(from: folder) }
        return machine
    }
}

extension MachineDescription.Disk {
    func seen(from folder: MachineFolder) -> Self {
        Self(volume: volume, socket: folder.socketPath(socket), export: export, slot: slot)
    }
}

/// Why a machine cannot be made, started or told something.
package struct MachineError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// No machine can be so.
        case description
        /// A program or firmware is not installed; the cause names Debian's package.
        case missing
        /// A process does not start, or ended.
        case process
        /// It runs already, and may be adopted.
        case runs
        /// QEMU refused a command; the cause has its words.
        case refused
        /// No answer in time, or the connection was lost.
        case silent
        /// The network helper refused, with this errno.
        case network(errno: Int32)
    }

    package let kind: Kind
    /// A sentence.
    package let cause: String

    package init(_ kind: Kind, _ cause: String) {
        self.kind = kind
        self.cause = cause
    }

    package var description: String { cause }
}
