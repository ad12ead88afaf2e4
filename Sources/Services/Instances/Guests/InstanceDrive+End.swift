import Domain
import Foundation
import Logging
import Machines
import Metadata

extension InstanceDrive {
    /// Asks the guest to shut down, and ends it when it has, when it does not in its time, or when nobody wants to wait.
    func stop(_ facts: InstanceFacts, force: Bool) async throws -> Bool {
        if !force, let machine = try await attendToStop(facts) {
            switch await machine.state {
            case .off, .gone: break
            case .prepared, .running, .paused, .panicked: guard try await shutDown(machine) else { return false }
            }
        }
        await end(facts)
        try await settle(nil)
        logger.info("Stopped an instance", metadata: ["forced": "\(force)"])
        return true
    }

    /// The machine, so that it can be asked. One that cannot be reached, such as for a volume whose key cannot be used any more, is tried for as long as a
    /// guest may take, and then ended without.
    private func attendToStop(_ facts: InstanceFacts) async throws -> (any GuestMachine)? {
        let since = stoppingSince ?? tools.now
        stoppingSince = since
        do { return try await attend(facts) } catch let error where !(error is CancellationError || Task.isCancelled) {
            guard tools.now.timeIntervalSince(since) >= tools.timing.shutdown else { throw error }
            return nil
        }
    }

    /// Ends the guest and takes away what goes with it.
    func terminate(_ facts: InstanceFacts) async throws -> Bool {
        await end(facts)
        try tools.machines.removeFolder(of: id)
        // Its volumes may go with it, so this is the last moment.
        if facts.instance.pendingImage != nil { try await saveAtRest() }
        let (now, id) = (tools.now, id)
        try await lease.save { try Instances.finishTermination(of: id, at: now, in: $0) }
        for volume in facts.diskIDs { await tools.disks.settle(volume) }
        logger.info("Terminated an instance")
        return true
    }
}
