import Foundation

/// Finds out how guests run here, by running one.
///
/// That `/dev/kvm` opens says little: within some virtual machines QEMU aborts on it, or no guest ever gets on. So a guest is booted that does
/// what kernels do first (firmware, long mode, paging, `cpuid`), and says that it got there.
package struct AcceleratorProbe: Sendable {
    private static let limit: Duration = .seconds(10)
    /// What the exit device makes of the 16 that the guest writes to it.
    private static let success: Int32 = 33

    private let installation: QEMUInstallation

    package init(_ installation: QEMUInstallation) { self.installation = installation }

    /// KVM where a guest boots on it, else emulation. Takes as long as a boot sector does, and ten seconds when KVM hangs: ask once.
    package func run() async -> Accelerator {
        guard installation.architecture == Self.host, access("/dev/kvm", R_OK | W_OK) == 0 else { return .tcg }
        // No such guest is at hand for arm64, where KVM hosts are whole machines.
        guard installation.architecture == .x86 else { return .kvm }
        return await boots(.kvm) ? .kvm : .tcg
    }

    /// Whether the guest gets to its end.
    package func boots(_ accelerator: Accelerator) async -> Bool {
        let sector = FileManager.default.temporaryDirectory.appendingPathComponent("ferry-probe-\(UUID().uuidString)")
        guard (try? Data(Self.bootSector).write(to: sector)) != nil else { return false }
        defer { try? FileManager.default.removeItem(at: sector) }
        let process = Process()
        process.executableURL = URL(filePath: installation.program)
        process.arguments = [
            "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-machine", "pc", "-m", "32M",
            "-accel", accelerator.rawValue, "-cpu", accelerator == .kvm ? "host" : "max",
            "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
            "-drive", "file=\(sector.path.replacing(",", with: ",,")),format=raw,if=ide,snapshot=off", "-device",
            "isa-debug-exit,iobase=0xf4,iosize=4",
        ]
        process.environment = ["LC_ALL": "C"]
        (process.standardInput, process.standardOutput, process.standardError) = (
            FileHandle.nullDevice, FileHandle.nullDevice, FileHandle.nullDevice
        )
        let (ended, told) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { process in
            told.yield(process.terminationReason == .exit ? process.terminationStatus : -1)
            told.finish()
        }
        guard (try? process.run()) != nil else { return false }
        let id = process.processIdentifier
        let alarm = Task {
            try await Task.sleep(for: Self.limit)
            kill(id, SIGKILL)
        }
        defer { alarm.cancel() }
        return await ended.first { _ in true } == Self.success
    }

    private static var host: MachineDescription.Architecture {
        #if arch(arm64)
        .arm64
        #else
        .x86
        #endif
    }

    /// Enters long mode over one page of 2 MiB, asks `cpuid`, counts to a million, and writes 16 to port 0xF4.
    private static let bootSector: [UInt8] = {
        let code: [UInt8] = [
            0xFA,  // cli
            0x31, 0xC0, 0x8E, 0xD8, 0x8E, 0xC0, 0x8E, 0xD0, 0xBC, 0x00, 0x7C, 0xFC,  // segments 0, the stack below, upwards
            0xBF, 0x00, 0x10, 0xB9, 0x00, 0x30, 0xF3, 0xAA,  // zeros from 0x1000 to 0x4000
            0xC7, 0x06, 0x00, 0x10, 0x03, 0x20, 0xC7, 0x06, 0x00, 0x20, 0x03, 0x30, 0xC7, 0x06, 0x00, 0x30, 0x83, 0x00,  // three tables
            0x66, 0xB8, 0x00, 0x10, 0x00, 0x00, 0x0F, 0x22, 0xD8,  // cr3 = 0x1000
            0x0F, 0x20, 0xE0, 0x83, 0xC8, 0x20, 0x0F, 0x22, 0xE0,  // cr4: physical address extension
            0x66, 0xB9, 0x80, 0x00, 0x00, 0xC0, 0x0F, 0x32, 0x0D, 0x00, 0x01, 0x0F, 0x30,  // EFER: long mode
            0x0F, 0x01, 0x16, 0x88, 0x7C,  // the table of segments
            0x0F, 0x20, 0xC0, 0x66, 0x0D, 0x01, 0x00, 0x00, 0x80, 0x0F, 0x22, 0xC0,  // cr0: protection and paging
            0x66, 0xEA, 0x5F, 0x7C, 0x00, 0x00, 0x08, 0x00,  // far jump to what follows
            0x31, 0xC0, 0x0F, 0xA2,  // cpuid
            0xB9, 0x40, 0x42, 0x0F, 0x00, 0xFF, 0xC9, 0x75, 0xFC,  // a million times
            0xB0, 0x10, 0x66, 0xBA, 0xF4, 0x00, 0xEE, 0xF4, 0xEB, 0xFD,  // out, and halt
            0x66, 0x90,
            0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x9A, 0x20, 0x00,  // one of 64 bits
            0x0F, 0x00, 0x78, 0x7C, 0x00, 0x00,  // where they are
        ]
        return code + [UInt8](repeating: 0, count: 510 - code.count) + [0x55, 0xAA]
    }()
}
