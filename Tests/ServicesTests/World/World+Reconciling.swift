import Domain
import Services
import Testing
import Transfer

extension World {
    /// Runs `body` beside reconcilers of both Regions that are started for it and stopped at its end.
    func reconciling(engine: CopyEngine = CopyEngine(), linkClock: SteadyClock = .system, _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for store in deployment.regions.values {
                let copies = CopyReconciler(store: store, deployment: deployment, engine: engine, clock: linkClock)
                let uploads = UploadReconciler(store: store, deployment: deployment)
                let jobs = JobReconciler(store: store, deployment: deployment, inbound: copies.inbound, scratch: scratch(store.region))
                group.addTask { try await jobs.run() }
                group.addTask { try await copies.run() }
                group.addTask { try await uploads.run() }
            }
            try await body()
            group.cancelAll()
            try await group.waitForAll()
        }
    }
}

extension World {
    func scratch(_ region: Region) -> ScratchFolder { ScratchFolder(folder.scratch(region), pool: scratchPool) }
}
