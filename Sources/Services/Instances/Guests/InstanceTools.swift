import Domain
import Foundation
import Logging
import Machines
import NIOCore

/// What drives of a Region's instances work with.
struct InstanceTools: Sendable {
    let store: RegionStore
    let deployment: Deployment
    let host: any GuestHost
    let disks: any VolumeService
    let memory: GuestMemory
    let machines: RegionMachines
    let timing: GuestTiming
    let logger: Logger
    let bundles = BundleTurns()

    var now: Date { deployment.clock.now }

    func folder(of id: InstanceID) -> MachineFolder { machines.folder(of: id) }
}

/// How long guests are waited for.
package struct GuestTiming: Sendable {
    /// For a guest that was asked to shut down; then it is ended. Seconds, by the clock of the deployment.
    package var shutdown: TimeInterval
    /// After which it is asked again: one that boots does not hear the button.
    package var pressAgain: TimeInterval = 10
    /// For a guest that is to give back a volume, before other things are looked at.
    package var detach: Duration = .seconds(5)
    /// How often it is looked at an instance without a reason.
    package var look: Duration = .seconds(5)

    package init(shutdown: TimeInterval = 120) { self.shutdown = shutdown }
}
