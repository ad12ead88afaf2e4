import Blocks
import Domain
import Metadata

/// What an operator does to a data folder itself.
package struct Maintenance: Sendable {
    let folder: DataFolder

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
        /// How many of the damages were mended.
        package let mended: Int
        /// Hurt by what was not mended.
        package let hurtSnapshots: [HurtSnapshot]

        package var isSound: Bool { damages.count == mended && hurtSnapshots.isEmpty }
    }

    package struct Rebuilt: Sendable {
        package let packs: Int
        package let frames: Int
        package let damages: [String]
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

    func withPool<Value: Sendable>(_ body: (DiskPool) async throws -> Value) async throws -> Value {
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
