import Blocks
import Domain
import Logging
import Metadata

/// All that a server process serves: the directory, its Regions, the clock and the server's secrets.
package final class Deployment: Sendable {
    package let directory: Database
    package let regions: [Region: RegionStore]
    package let tokens: TokenSealer
    package let clock: WallClock
    /// What may pass between Regions.
    package let limits: LinkLimits
    package let logger: Logger

    package init(
        directory: Database,
        regions: [RegionStore],
        tokens: TokenSealer,
        clock: WallClock = .system,
        limits: LinkLimits = LinkLimits(),
        logger: Logger
    ) {
        self.directory = directory
        self.regions = Dictionary(uniqueKeysWithValues: regions.map { ($0.region, $0) })
        self.tokens = tokens
        self.clock = clock
        self.limits = limits
        self.logger = logger
    }

    /// Opens a data folder, whose lock the caller holds.
    package static func open(
        _ folder: DataFolder,
        regions: [Region],
        pool: DiskPool,
        clock: WallClock = .system,
        limits: LinkLimits = LinkLimits(),
        logger: Logger
    ) async throws -> Deployment {
        try folder.make(regions)
        let directory = try Database(path: folder.directoryDatabase, schema: .directory)
        let stores = try regions.map { try RegionStore(region: $0, folder: folder, pool: pool) }
        // Whoever had these leases is dead, or this process would not have the lock: its copies need not wait for them to run out.
        for store in stores { try await store.database.write { try CopyTable($0).endAllLeases() } }
        return Deployment(
            directory: directory,
            regions: stores,
            tokens: try await TokenSealer.load(from: directory),
            clock: clock,
            limits: limits,
            logger: logger
        )
    }

    /// The Region of a call: the edge has checked that it exists here.
    package func store(of region: Region) throws -> RegionStore {
        guard let store = regions[region] else {
            throw Fault(.authFailure, "Credential should be scoped to a valid Region, not '\(region)'")
        }
        return store
    }

    /// The Region that a copy names as its source.
    func sourceStore(named name: String) throws -> RegionStore {
        guard let region = Region(rawValue: name), let store = regions[region] else {
            let known = regions.keys.sorted().map(\.rawValue).joined(separator: ", ")
            throw Fault(.invalidParameterValue, "Invalid value '\(name)' for sourceRegion. The Regions of this Ferry are \(known)")
        }
        return store
    }
}
