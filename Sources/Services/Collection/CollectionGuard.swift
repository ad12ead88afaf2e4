import Blocks
import Domain
import Metadata

/// Lets a collection run by the rows that the bytes belong to, and by no others: what other rows do not know is not garbage.
struct CollectionGuard {
    let store: RegionStore
    let deployment: Deployment

    /// Proves the rows of all Regions that are served: a copy of another Region keeps content of this one alive.
    ///
    /// - Throws: `RowsAmiss`
    func check() async throws {
        for store in deployment.regions.values { try await store.rows?.check() }
    }

    /// Reads all of the databases that the collection goes by: what rows that are lost kept alive would be taken for garbage.
    ///
    /// - Throws: `DatabaseDamaged`
    func checkWholeness(of absent: [Database]) async throws {
        for database in deployment.regions.values.map(\.database) + absent { try await database.checkThoroughly() }
    }

    /// Notes in the rows, before anything is forgotten, that the index goes on to a new generation: one of before is told by that.
    func begin(_ marker: CollectionMarker) async throws {
        guard store.rows != nil else { return }
        let number = marker.generation
        try await store.database.write { try IdentityTable($0).setCollections(number) }
    }

    /// The rows of the Regions in the folder that are not served now.
    ///
    /// - Throws: `RowsAmiss`, or what keeps the rows from being read: then nobody knows what copies into those Regions need.
    func absentRegions() throws -> [Database] {
        guard let folder = deployment.folder else { return [] }
        guard folder.postgres == nil else {
            return try deployment.directory.blockingRead { try RegionTable($0).regions() }.filter { deployment.regions[$0] == nil }
                .map {
                    try RegionRows.open($0, in: folder, expecting: DirectoryRows.expectation(of: $0, in: deployment.directory)).database
                }
        }
        return try folder.regions().filter { deployment.regions[$0] == nil && FileIdentity(folder.regionDatabase($0)) != nil }
            .map { try RegionRows.read($0, in: folder) }
    }
}
