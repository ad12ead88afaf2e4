import Blocks
import Domain
import Metadata

extension Maintenance {
    /// What is wrong with the directory; nil when it is whole.
    package func directoryDamage() async throws -> String? {
        try requireData()
        let directory = try DirectoryRows.read(in: folder)
        defer { try? directory.close() }
        return try await damage(of: directory)
    }

    private func damage(of database: Database) async throws -> String? {
        do {
            try await database.checkThoroughly()
            return nil
        } catch let error where DatabaseFailure.isDamage(error) {
            return "\(error)"
        }
    }

    private func damage(ofRowsOf region: Region) async throws -> String? {
        let database = try RegionRows.read(region, in: folder)
        defer { try? database.close() }
        return try await damage(of: database)
    }

    /// Reads and checks every stored byte of a Region, and its rows, and finds the snapshots that need what is damaged. Changes nothing.
    ///
    /// With `repairing`, damage is mended first from the other Regions of the folder that have the same bytes whole. The caller holds
    /// the folder's lock then.
    package func scrub(_ region: Region, repairing: Bool = false, rootKey: RootKeySource = .dataFolder) async throws -> Scrubbed {
        try await withPool { pool in
            // A repair goes by what the rows name, and is kept from rows that are not the packs' own.
            let rows = repairing ? try writableRows(of: region) : nil
            defer { try? rows?.database.close() }
            let file = FrameIndexFile(path: folder.frameIndex(region))
            let index = try await pool.run { repairing ? try file.open(thoroughly: true) : try file.read() }
            let path = folder.regionFolder(region)
            let seals = try await seals(of: region, rootKey: rootKey)
            let rowsDamage = try await damage(ofRowsOf: region)
            let report = try await Scrub(folder: path, index: index, pool: pool, domains: seals).run()
            var damaged = report.damages
            @Sendable func walk(_ damaged: [ScrubReport.Damage]) -> MapWalk {
                MapWalk(folder: path, index: index, pool: pool, domains: seals, damaged: Set(damaged.compactMap(\.address)))
            }
            var found = try await hurt(of: region, walk(damaged), sparing: rowsDamage)
            var brought = 0
            if repairing {
                let others = try folder.regions().filter { $0 != region }
                let sources = try others.map { Repair.Source(folder: folder.regionFolder($0), index: try self.index(of: $0)) }
                let repair = Repair(folder: path, index: index, pool: pool, domains: seals, sources: sources)
                // Also when nothing is damaged: what was suspect for a fault that has passed is trusted again. And again while something
                // comes: a root says what pages are missing, a page what blocks.
                var arrived = 0
                repeat {
                    let repaired = try await repair.run(damaged, missing: found.missing)
                    (damaged, arrived) = (repaired.lost, repaired.brought.count)
                    brought += arrived
                    found = try await hurt(of: region, walk(damaged), sparing: rowsDamage)
                } while arrived > 0 && !found.missing.isEmpty
            }
            return Scrubbed(
                packs: report.packs,
                frames: report.frames,
                damages: report.damages.map(Self.text) + (rowsDamage.map { [$0] } ?? []),
                missing: found.missing.count,
                lockedFrames: report.lockedFrames,
                mended: report.damages.count - damaged.count,
                brought: brought,
                hurt: found.hurt
            )
        }
    }

    /// What a walk over a Region's maps finds.
    struct Found {
        var hurt: [Hurt] = []
        /// Frames that maps list and that are not there.
        var missing: Set<Digest> = []
    }

    /// The snapshots and objects of a Region that need a frame that the walk finds damaged or missing.
    ///
    /// Of rows that are damaged, it says nothing where they cannot be read.
    private func hurt(of region: Region, _ walk: MapWalk, sparing rowsDamage: String?) async throws -> Found {
        let database = try RegionRows.read(region, in: folder)
        defer { try? database.close() }
        do {
            return try await hurt(in: database, walk)
        } catch let error where rowsDamage != nil && DatabaseFailure.isDamage(error) {
            return Found()
        }
    }

    func hurt(in database: Database, _ walk: MapWalk) async throws -> Found {
        var found = Found()
        try await findSnapshots(in: database, walk, &found)
        try await findVolumes(in: database, walk, &found)
        try await findObjects(in: database, walk, &found)
        try await findParts(in: database, walk, &found)
        return found
    }

    private func findSnapshots(in database: Database, _ walk: MapWalk, _ found: inout Found) async throws {
        var last: SnapshotID?
        while true {
            let after = last
            let page = try await database.read { try RootTable($0).snapshots(after: after, limit: 256) }
            for (id, root, _) in page {
                guard let damage = try await damage(under: root, of: id.rawValue, walk) else { continue }
                // Deleted meanwhile, its blocks may be collected.
                let users: [ImageID]? = try await database.read { transaction in
                    guard try SnapshotTable(transaction).stored(id) != nil else { return nil }
                    return try ImageTable(transaction).users(of: id)
                }
                guard let users else { continue }
                let images = users.isEmpty ? "" : ", used by \(users.map(\.rawValue).joined(separator: ", "))"
                found.add(damage, to: .snapshot(id), images)
            }
            guard page.count == 256 else { return }
            last = page.last?.id
        }
    }

    private func findVolumes(in database: Database, _ walk: MapWalk, _ found: inout Found) async throws {
        for (id, root, _) in try await database.read({ try RootTable($0).volumeSnapshots() }) {
            guard let damage = try await damage(under: root, of: id.rawValue, walk) else { continue }
            // Completed or deleted meanwhile, its own map tells.
            guard try await database.read({ try VolumeSnapshotTable($0).row(of: id) }) != nil else { continue }
            found.add(damage, to: .snapshot(id))
        }
        var last: VolumeID?
        while true {
            let after = last
            let page = try await database.read { try RootTable($0).volumes(after: after, limit: 256) }
            for (id, root, _) in page {
                guard let damage = try await damage(under: root, of: id.rawValue, walk) else { continue }
                let (isThere, instance) = try await database.read {
                    (try RootTable($0).hasVolume(id), try InstanceDiskTable($0).disk(id)?.instance)
                }
                guard isThere else { continue }
                found.add(damage, to: .volume(id), instance.map { ", the root disk of \($0)" } ?? "")
            }
            guard page.count == 256 else { return }
            last = page.last?.id
        }
    }

    private func findObjects(in database: Database, _ walk: MapWalk, _ found: inout Found) async throws {
        var (object, position) = (Int64(0), Int64(-1))
        while true {
            let (after, place) = (object, position)
            let page = try await database.read { try RootTable($0).segments(after: after, position: place, limit: 256) }
            for segment in page {
                let stored = segment.root
                guard let damage = try await damage(under: stored.root, of: stored.key.text, walk) else { continue }
                guard try await database.read({ try ObjectTable($0).hasSegment(segment.position, of: segment.object) }) else { continue }
                found.add(damage, to: .object(stored.bucket, stored.key))
            }
            guard page.count == 256, let last = page.last else { return }
            (object, position) = (last.object, last.position)
        }
    }

    private func findParts(in database: Database, _ walk: MapWalk, _ found: inout Found) async throws {
        var (upload, number) = ("", Int64(0))
        while true {
            let (after, part) = (upload, number)
            let page = try await database.read { try RootTable($0).parts(after: after, number: part, limit: 256) }
            for row in page {
                guard let damage = try await damage(under: row.root.root, of: row.upload, walk) else { continue }
                // Completed or ended meanwhile, it is an object's, or nobody's.
                let number = Int(row.number)
                let still = try await database.read {
                    try MultipartTable($0).parts(of: row.upload, after: number - 1, limit: 1).first?.number
                }
                guard still == number else { continue }
                found.add(damage, to: .part(row.number, row.root.bucket, row.root.key))
            }
            guard page.count == 256, let last = page.last else { return }
            (upload, number) = (last.upload, last.number)
        }
    }

    /// What of a map cannot be read; nil when all of it can. One walk a map: each is named, however much it shares with others.
    private func damage(under root: [UInt8], of name: String, _ walk: MapWalk) async throws -> [MapWalk.Finding]? {
        guard let root = Digest(bytes: root) else { return nil }
        let findings = try await walk.run([MapWalk.Root(digest: root, name: name)])
        return findings.isEmpty ? nil : findings
    }

    /// The index as it stands, to be read.
    func index(of region: Region) throws -> SQLFrameIndex {
        SQLFrameIndex(try Database(reading: folder.frameIndex(region), schema: .frameIndex))
    }

    static func text(of damage: ScrubReport.Damage) -> String {
        let what = damage.kind.map { "the \($0) \(damage.address?.description ?? "")" } ?? "the header"
        return "pack \(damage.pack) at \(damage.offset): \(what) is damaged: \(damage.cause)"
    }
}

extension Maintenance.Found {
    fileprivate mutating func add(_ findings: [MapWalk.Finding], to holder: Maintenance.Hurt.Holder, _ users: String = "") {
        guard let first = findings.first else { return }
        missing.formUnion(findings.lazy.filter(\.isMissing).map(\.address))
        let place = first.blockIndex.map { "\(first.kind) at block \($0)" } ?? "\(first.kind)"
        hurt.append(.init(holder: holder, detail: "\(findings.count) of its frames cannot be read, the first is the \(place)\(users)"))
    }
}
