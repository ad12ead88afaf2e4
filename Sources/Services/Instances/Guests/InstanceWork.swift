import Domain
import Foundation
import Logging
import Metadata
import ServiceLifecycle

/// Drives the instances of a Region: each for as long as it is not stopped or terminated (InstanceDrive).
package struct InstanceReconciler: Service, CustomStringConvertible {
    private let store: RegionStore
    private let reconciler: Reconciler<InstanceWork>

    /// - Parameter interval: how often the reconciler looks without being woken.
    package init(
        store: RegionStore,
        deployment: Deployment,
        host: any GuestHost,
        disks: any VolumeService,
        memory: GuestMemory,
        machines: RegionMachines,
        timing: GuestTiming = GuestTiming(),
        interval: Duration = .seconds(2)
    ) {
        self.store = store
        let logger = deployment.logger(of: store)
        let tools = InstanceTools(
            store: store,
            deployment: deployment,
            host: host,
            disks: disks,
            memory: memory,
            machines: machines,
            timing: timing,
            logger: logger
        )
        reconciler = Reconciler(
            InstanceWork(tools: tools),
            in: store.database,
            wokenBy: store.instancesWakeup,
            clock: deployment.clock,
            interval: interval,
            logger: logger
        )
    }

    /// As the log of services names it.
    package var description: String { "instances of \(store.region)" }

    package func run() async throws { await cancelWhenGracefulShutdown { await reconciler.run() } }
}

/// The instances of a Region, as a reconciler drives them. A drive ends when its guest has, or when the server stops: the guest runs on then, and
/// the next server finds it.
struct InstanceWork: LongWork {
    /// How many more are taken in a round: a server that starts finds all that run at once.
    private static let batch = 100

    let name = "instances"
    let rows = LeasedRows.instances
    let tools: InstanceTools

    /// Ends what is left of instances that are no more, such as after rows were restored from a backup.
    func start() async {
        let (store, machines) = (tools.store, tools.machines)
        do { try machines.makeFolder() } catch {
            tools.logger.error("The folder for instances could not be made: none can start", metadata: .error(error))
        }
        for id in machines.known() {
            do {
                let instance = try await store.database.read { try InstanceTable($0).instance(id) }
                guard instance.map({ $0.state == .terminated }) ?? true else { continue }
                await tools.host.kill(in: machines.folder(of: id))
                try machines.removeFolder(of: id)
                tools.logger.notice("Removed what was left of an instance that is no more", metadata: ["instance": "\(id)"])
            } catch {
                tools.logger.error("Removing what is left of an instance failed", metadata: .error(error, ["instance": "\(id)"]))
            }
        }
    }

    func hasAny(in transaction: Transaction) throws -> Bool { try InstanceTable(transaction).hasAny() }

    func waiting(beside running: [Instance], at now: Date, in transaction: Transaction) throws -> [Instance] {
        try InstanceTable(transaction).waiting(Self.batch, at: now)
    }

    func wanted(of owner: String, in transaction: Transaction) throws -> Set<InstanceID> {
        try InstanceTable(transaction).driven(by: owner)
    }

    func drive(_ instance: Instance, under lease: HeldLease, until stop: AsyncStream<Never>) async throws {
        let drive = InstanceDrive(instance.id, tools, lease)
        do {
            try await unlessStopped(by: stop, throwing: NoLongerWanted()) { try await drive.run() }
        } catch {
            await drive.release()
            throw error
        }
        await drive.release()
    }
}
