import Blocks
import Domain
import Foundation
import Metadata

extension Maintenance {
    private static let rowsPerRead = 256

    /// What images and snapshots of a Region hold alone and shared, told one by one, images first and both by their ids, and what its
    /// packs hold. Changes nothing; may run beside the server.
    ///
    /// - Parameter ids: only these images and snapshots; all of them when it is empty.
    package func usage(
        of region: Region,
        only ids: Set<String> = [],
        rootKey: RootKeySource = .dataFolder,
        each: (StorageUse) throws -> Void
    ) async throws -> RegionUsage {
        try await withPool { pool in
            let scratch = FileManager.default.temporaryDirectory.appending(path: "ferry-du-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            defer { try? FileManager.default.removeItem(at: scratch) }
            let table = try Database(path: scratch.appending(path: "usage.sqlite").path(), schema: .usage)
            defer { try? table.close() }
            var others: [(region: Region, rows: Database, maps: StoredMaps)] = []
            for other in try folder.regions() {
                let rows = try RegionRows.read(other, in: folder)
                let seals = try await seals(of: other, rootKey: rootKey)
                let maps = StoredMaps(folder: folder.regionFolder(other), index: try index(of: other), pool: pool, domains: seals)
                others.append((other, rows, maps))
            }
            guard let own = others.first(where: { $0.region == region }) else { return RegionUsage() }

            var usage = try packs(of: region)
            // Before anything is counted, so that what is stored meanwhile is not taken for garbage.
            let stored = try await index(of: region).database.read { try FrameTable($0).total() }
            usage.frames = stored.frames
            usage.storedBytes = stored.storedBytes + stored.frames * Int64(FrameHeader.bytes)
            let count = UsageCount(region: region, rows: own.rows, maps: own.maps, others: others, table: table)
            usage.unreadableMaps = try await count.fill()
            usage.snapshotBytes = try await table.read { try UsageTable($0).held() }
            usage.volumeBytes = try await table.read { try UsageTable($0).volumes() }
            usage.objectBytes = try await table.read { try UsageTable($0).objects() }
            usage.unfinishedBytes = try await table.read { try UsageTable($0).unfinished() }
            try await tellImages(own.rows, table, ids, each)
            try await tellSnapshots(own.rows, table, ids, each)
            return usage
        }
    }

    private func packs(of region: Region) throws -> RegionUsage {
        var usage = RegionUsage()
        let path = folder.regionFolder(region) + "/packs"
        let storage = LocalPackStorage(path: path)
        for name in try storage.list() where name.hasSuffix(".pack") {
            // One that a collection deletes at this moment is not there any more. Holes take nothing; a file system may set more aside.
            guard let size = try? min(storage.open(name).size(), storage.allocatedBytes(name)) else { continue }
            usage.packs += 1
            usage.packBytes += Int64(size)
        }
        usage.writtenBytes = try writtenBytes(in: folder.volumes(region))
        return usage
    }

    private func writtenBytes(in path: String) throws -> Int64 {
        var bytes: UInt64 = 0
        for volume in try LocalPackStorage(path: path).list() {
            let files = LocalPackStorage(path: path + "/" + volume)
            // Those of a layer that goes at this moment are not there any more.
            for name in try files.list() { bytes += (try? files.allocatedBytes(name)) ?? 0 }
        }
        return Int64(clamping: bytes)
    }

    private func tellImages(_ rows: Database, _ table: Database, _ ids: Set<String>, _ each: (StorageUse) throws -> Void) async throws {
        var last: ImageID?
        while true {
            let after = last
            let images = try await rows.read { try ImageTable($0).page(of: ImageSearch(), after: after, limit: Self.rowsPerRead) }
            for image in images where ids.isEmpty || ids.contains(image.id.rawValue) {
                let holder = StorageUse.Holder.image(image.id, name: image.name)
                if let bundle = image.bundle {
                    try each(StorageUse(holder, bundle))
                    continue
                }
                let found = try await rows.read { try SnapshotTable($0).snapshots(ids: image.snapshotIDs) }
                try each(try await use(holder, found, table) { try $0.alone(image.id) })
            }
            guard images.count == Self.rowsPerRead else { return }
            last = images.last?.id
        }
    }

    private func tellSnapshots(_ rows: Database, _ table: Database, _ ids: Set<String>, _ each: (StorageUse) throws -> Void) async throws {
        var last: SnapshotID?
        // What is in the Recycle Bin takes its room.
        var search = SnapshotSearch()
        search.includesRecycled = true
        let all = search
        while true {
            let after = last
            let snapshots = try await rows.read { try SnapshotTable($0).page(of: all, after: after, limit: Self.rowsPerRead) }
            for snapshot in snapshots where ids.isEmpty || ids.contains(snapshot.id.rawValue) {
                try each(try await use(.snapshot(snapshot.id), [snapshot], table) { try $0.alone(snapshot.id) })
            }
            guard snapshots.count == Self.rowsPerRead else { return }
            last = snapshots.last?.id
        }
    }

    private func use(
        _ holder: StorageUse.Holder,
        _ snapshots: [Snapshot],
        _ table: Database,
        alone: @escaping @Sendable (UsageTable) throws -> Int64
    ) async throws -> StorageUse {
        let ids = snapshots.map(\.id)
        let (aloneBytes, totalBytes) = try await table.read { transaction in
            let table = UsageTable(transaction)
            return (try alone(table), try table.total(ids))
        }
        return StorageUse(
            holder: holder,
            snapshots: snapshots.filter { $0.root != nil }.map(\.id),
            sizeBytes: snapshots.reduce(0) { $0 + Int64($1.sizeGiB) << 30 },
            dataBytes: snapshots.reduce(0) { $0 + ($1.dataBytes ?? 0) },
            aloneBytes: aloneBytes,
            sharedBytes: max(0, totalBytes - aloneBytes)
        )
    }
}

extension StorageUse {
    /// An instance-store image holds nothing: its bundle's objects do, and stay when it goes.
    fileprivate init(_ holder: Holder, _ bundle: ImageBundle) {
        self.init(
            holder: holder,
            snapshots: [],
            sizeBytes: bundle.imageBytes,
            dataBytes: bundle.bundleBytes,
            aloneBytes: 0,
            sharedBytes: 0
        )
    }
}
