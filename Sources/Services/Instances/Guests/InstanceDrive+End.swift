import Domain
import Logging
import Machines
import Metadata

extension InstanceDrive {
    /// Asks the guest to shut down, and ends it when it has, when it does not in its time, or when nobody wants to wait.
    func stop(_ facts: InstanceFacts, force: Bool) async throws -> Bool {
        if let machine = try await attend(facts), !force {
            switch await machine.state {
            case .off, .gone: break
            case .prepared, .running, .held, .paused, .panicked: guard try await shutDown(machine) else { return false }
            }
        }
        await end(facts)
        try await settle(nil)
        logger.info("Stopped an instance", metadata: ["forced": "\(force)"])
        return true
    }

    /// Ends the guest and takes away what goes with it.
    func terminate(_ facts: InstanceFacts) async throws -> Bool {
        await end(facts)
        try tools.machines.removeFolder(of: id)
        let (now, id) = (tools.now, id)
        try await lease.save { try Instances.finishTermination(of: id, at: now, in: $0) }
        for volume in facts.volumes { await tools.disks.settle(volume.id) }
        logger.info("Terminated an instance")
        return true
    }
}
