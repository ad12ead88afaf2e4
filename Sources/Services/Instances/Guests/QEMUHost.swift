import GuestNetwork
import Machines
import NIOCore
import NIOPosix
import Synchronization

/// Runs guests by QEMU, as child processes that outlive this one.
package final class QEMUHost: GuestHost {
    /// For how long a machine is looked for that has just begun, and that another process has started.
    private static let patience: Duration = .seconds(10)

    /// Where QEMU is looked for, as in `PATH`.
    private let searchPath: String
    /// Folders where `ferry-network` is looked for.
    private let helpers: [String]
    private let group: any EventLoopGroup
    private let accelerators = Mutex<[MachineDescription.Architecture: Task<Accelerator, Never>]>([:])

    package init(
        searching searchPath: String = "/usr/bin:/usr/local/bin:/bin",
        helpers: [String],
        on group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) {
        self.searchPath = searchPath
        self.helpers = helpers
        self.group = group
    }

    package func requireInstalled(
        _ architecture: MachineDescription.Architecture,
        _ bootMode: MachineDescription.BootMode,
        withTPM hasTPM: Bool
    ) throws {
        let installation = try installation(architecture)
        try installation.requireFirmware(for: bootMode)
        if hasTPM { _ = try installation.requireTPM() }
    }

    package func start(_ description: MachineDescription, in folder: MachineFolder) async throws -> any GuestMachine {
        let installation = try installation(description.architecture)
        let accelerator = await accelerator(installation)
        let clock = ContinuousClock()
        let deadline = clock.now + Self.patience
        while true {
            if let running = try await adopt(description, in: folder) { return running }
            // A helper may be left whose guest has just ended.
            await kill(in: folder)
            do {
                return try await Machine.start(description, in: folder, by: installation, accelerator: accelerator, on: group)
            } catch let error as MachineError where error.kind == .runs && clock.now < deadline {
                // It has begun, and has not told yet which process it is.
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    package func adopt(_ description: MachineDescription, in folder: MachineFolder) async throws -> (any GuestMachine)? {
        try await Machine.adopt(description, in: folder, on: group)
    }

    package func mendNetwork(_ network: GuestIdentity, in folder: MachineFolder) async throws {
        try await Machine.mendNetwork(network, in: folder, by: QEMUInstallation.helper(in: helpers), on: group)
    }

    package func kill(in folder: MachineFolder) async { await Machine.kill(in: folder) }

    /// Looked for each time: what was missing may have been installed since.
    private func installation(_ architecture: MachineDescription.Architecture) throws(MachineError) -> QEMUInstallation {
        try QEMUInstallation.find(architecture, searching: searchPath, helpers: helpers)
    }

    /// Found out once; guests that start meanwhile wait for it.
    private func accelerator(_ installation: QEMUInstallation) async -> Accelerator {
        let probe = accelerators.withLock { probes in
            let probe = probes[installation.architecture] ?? Task { await AcceleratorProbe(installation).run() }
            probes[installation.architecture] = probe
            return probe
        }
        return await probe.value
    }
}
