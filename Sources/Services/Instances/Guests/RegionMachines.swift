import Domain
import Foundation
import Machines
import Synchronization

/// The guests of a Region, as this process has them: what can be seen of them, and whether more can run.
package final class RegionMachines: MachineViews {
    /// Where each has a folder of its own.
    package let folder: String
    private let host: any GuestHost
    private let memory: GuestMemory
    private let running = Mutex<[InstanceID: any GuestMachine]>([:])

    package init(folder: String, host: any GuestHost, memory: GuestMemory) {
        self.folder = folder
        self.host = host
        self.memory = memory
    }

    package func folder(of id: InstanceID) -> MachineFolder { MachineFolder("\(folder)/\(id)") }

    package func consoleOutput(of instance: InstanceID) async throws -> (bytes: [UInt8], at: Date)? {
        let folder = folder(of: instance)
        guard let time = folder.consoleWrittenAt, case let bytes = folder.consoleOutput, !bytes.isEmpty else { return nil }
        return (bytes, Date(timeIntervalSince1970: TimeInterval(time.seconds)))
    }

    package func screenshot(of instance: InstanceID) async throws -> [UInt8] {
        guard let machine = machine(of: instance) else {
            throw Fault(.incorrectInstanceState, "The instance '\(instance)' is not running: there is nothing on its screen.")
        }
        return try await machine.screenshot().jpeg
    }

    /// - Throws: `Fault` `Unsupported`, which names what is to be installed or what Ferry has not; `InsufficientInstanceCapacity`.
    package func requireRoom(for count: Int, of type: InstanceType, _ traits: MachineTraits) throws {
        do {
            let architecture = try MachineDescription.Architecture(traits)
            let bootMode = MachineDescription.BootMode(traits, on: type)
            try host.requireInstalled(architecture, bootMode, withTPM: traits.tpmSupport != nil)
        } catch let error as MachineError {
            throw Fault(.unsupported, error.cause)
        }
        guard type.vCPUs <= MachineDescription.processorsMax, type.memoryMiB * count <= memory.freeMiB else {
            throw Fault(
                .insufficientInstanceCapacity,
                """
                There is not enough memory for \(count) of \(type.name): guests may take \(memory.limitMiB) MiB on this server, \
                and \(memory.freeMiB) MiB are free
                """
            )
        }
    }

    @inline(never) private func machine(of id: InstanceID) -> (any GuestMachine)? { running.withLock { $0[id] } }

    /// Takes in a machine that is driven, or lets go of it.
    @inline(never) func note(_ machine: (any GuestMachine)?, of id: InstanceID) { running.withLock { $0[id] = machine } }

    func makeFolder() throws {
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true, attributes: attributes)
    }

    /// Those that have a folder.
    func known() -> [InstanceID] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).compactMap { InstanceID(rawValue: $0) }
    }

    func removeFolder(of id: InstanceID) throws {
        let path = folder(of: id).path
        guard FileManager.default.fileExists(atPath: path) else { return }
        try FileManager.default.removeItem(atPath: path)
    }
}
