import Blocks
import Domain
import Metadata

/// What an operator does to a data folder itself.
package struct Maintenance: Sendable {
    private let folder: DataFolder

    package init(folder: DataFolder) { self.folder = folder }

    /// A snapshot that damage hurts, and how.
    package struct HurtSnapshot: Sendable {
        package let snapshot: SnapshotID
        package let detail: String
    }

    package struct Scrubbed: Sendable {
        package let packs: Int
        package let frames: Int
        package let damages: [String]
        package let hurtSnapshots: [HurtSnapshot]
    }

    package struct Rebuilt: Sendable {
        package let packs: Int
        package let frames: Int
        package let damages: [String]
    }

    /// Reads and checks every stored byte of a Region, and finds the snapshots that need what is damaged. Changes nothing.
    package func scrub(_ region: Region) async throws -> Scrubbed {
        try await withPool { pool in
            let index = SQLFrameIndex(try Database(path: folder.frameIndex(region), schema: .frameIndex))
            let path = folder.regionFolder(region)
            let report = try await Scrub(folder: path, index: index, pool: pool).run()
            let database = try Database(path: folder.regionDatabase(region), schema: .region)
            let walk = MapWalk(folder: path, index: index, pool: pool, damaged: report.damagedAddresses)
            var hurt: [HurtSnapshot] = []
            var last: SnapshotID?
            while true {
                let after = last
                var search = SnapshotSearch()
                search.states = [SnapshotState.completed.rawValue]
                let completed = search
                let page = try await database.read { try SnapshotTable($0).page(of: completed, after: after, limit: 256) }
                for snapshot in page {
                    guard let root = snapshot.root.flatMap({ Digest(bytes: $0) }) else { continue }
                    // One walk a snapshot: each is named, however much it shares with others.
                    let findings = try await walk.run([MapWalk.Root(digest: root, name: snapshot.id.rawValue)])
                    guard let first = findings.first else { continue }
                    let place = first.blockIndex.map { "\(first.kind) at block \($0)" } ?? "\(first.kind)"
                    let detail = "\(findings.count) of its frames cannot be read, the first is the \(place)"
                    hurt.append(HurtSnapshot(snapshot: snapshot.id, detail: detail))
                }
                guard page.count == 256 else { break }
                last = page.last?.id
            }
            return Scrubbed(
                packs: report.packs,
                frames: report.frames,
                damages: report.damages.map { damage in
                    let what = damage.kind.map { "the \($0) \(damage.address?.description ?? "")" } ?? "the header"
                    return "pack \(damage.pack) at \(damage.offset): \(what) is damaged: \(damage.cause)"
                },
                hurtSnapshots: hurt
            )
        }
    }

    /// Makes a Region's index anew from its packs. The caller holds the folder's lock.
    package func rebuildIndex(of region: Region) async throws -> Rebuilt {
        try await withPool { pool in
            let index = SQLFrameIndex(try Database(path: folder.frameIndex(region), schema: .frameIndex))
            let report = try await RebuildIndex(folder: folder.regionFolder(region), index: index, pool: pool).run()
            let ranges = report.damaged.map { "pack \($0.pack), bytes \($0.bytes): \($0.damage)" }
            let incomplete = report.incomplete.map {
                "pack \($0.frame.location.pack) at \($0.frame.location.offset): the \($0.frame.location.kind) \($0.frame.address) "
                    + "is left out, \($0.missing) of its frames are lost"
            }
            return Rebuilt(packs: report.packs, frames: report.framesIndexed, damages: ranges + incomplete)
        }
    }

    private func withPool<Value: Sendable>(_ body: (DiskPool) async throws -> Value) async throws -> Value {
        let pool = DiskPool()
        do {
            let value = try await body(pool)
            try await pool.shutdown()
            return value
        } catch {
            try? await pool.shutdown()
            throw error
        }
    }
}
