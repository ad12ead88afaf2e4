import ArgumentParser
import Services

/// Whether and how `ferry serve` runs the guests of instances.
struct MachineOptions: ParsableArguments {
    @Flag(inversion: .prefixedNo, help: "Run instances. Without it none is launched, and those that run are not looked after.")
    var machines = true

    @Option(
        help: ArgumentHelp("The memory that guests may take together, in MiB. (default: three quarters of the machine's)", valueName: "MiB")
    )
    var machineMemory: Int?

    @Option(help: ArgumentHelp("The folders in which QEMU is looked for, as in PATH.", valueName: "path"))
    var qemuPath = "/usr/bin:/usr/local/bin:/bin"

    @Option(
        help: ArgumentHelp(
            "How long an instance that is stopped or rebooted may take to shut down before it is ended.",
            valueName: "seconds"
        )
    )
    var shutdownTimeout = 120

    func validate() throws {
        guard machineMemory.map({ $0 >= 64 }) ?? true else { throw ValidationError("--machine-memory must be at least 64 MiB") }
        guard (1...3_600).contains(shutdownTimeout) else { throw ValidationError("--shutdown-timeout must be from 1 to 3600 seconds") }
    }

    /// Nil where none are run.
    var settings: Server.GuestSettings? {
        guard machines else { return nil }
        return Server.GuestSettings(
            searchPath: qemuPath,
            memoryMiB: machineMemory ?? GuestMemory.standardMiB,
            timing: GuestTiming(shutdown: Double(shutdownTimeout))
        )
    }
}
