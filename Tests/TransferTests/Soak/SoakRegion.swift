import Blocks
import Glibc
import TestSupport

/// A Region of a soak: a disk and an index that outlive the processes on them, and what those have acknowledged.
final class SoakRegion {
    let name: String
    let disk: FaultyDisk
    let index: MemoryFrameIndex
    private let pool: DiskPool
    private let options: BlockStoreOptions
    private(set) var store: BlockStore
    /// The disks under the roots that were acknowledged and not deleted.
    var kept: [Digest: ModelDisk] = [:]
    /// The index as it was some time ago.
    private var backup: MemoryFrameIndex.Backup?

    init(_ name: String, pool: DiskPool, tally: FaultTally) async throws {
        self.name = name
        self.pool = pool
        disk = FaultyDisk(tally: tally)
        index = MemoryFrameIndex(tally: tally)
        // Small, so that a history fills several.
        options = BlockStoreOptions(packBytes: 40_000)
        store = try await Self.open(disk, index, pool, options)
    }

    private static func open(_ disk: FaultyDisk, _ index: MemoryFrameIndex, _ pool: DiskPool, _ options: BlockStoreOptions) async throws
        -> BlockStore
    {
        let mount = disk.mount()
        return try await pool.run { try BlockStore(storage: mount, index: index, pool: pool, options: options) }
    }

    // MARK: faults

    /// Lets the disk and the index fail by a seed. `calamity` is called in front of one of the next writes, and may kill.
    func injectFaults(_ faults: DiskFaults, seed: UInt64, calamity: (@Sendable () -> Void)? = nil) {
        var dice = SeededGenerator(seed: seed)
        let plan = faults.plan(seed: dice.next())
        let last = disk.count(of: .write) + Int.random(in: 1...25, using: &dice)
        disk.setFaults { event in
            if let calamity, event.call == .write, event.ordinal == last { calamity() }
            return plan(event)
        }
        let failing = faults.failedWrites
        let commitSeed = dice.next()
        index.failCommits { number in
            var dice = SeededGenerator(seed: commitSeed &+ UInt64(number))
            return failing > 0 && dice.oneIn(failing) ? IOFailure(call: "commit", path: "index", errno: ENOSPC) : nil
        }
    }

    func clearFaults() {
        disk.setFaults(nil)
        index.failCommits(nil)
    }

    /// Ends the process, however it is, and starts the next one.
    func restart(by end: SoakEnd, using generator: inout SeededGenerator, tally: FaultTally) async throws {
        switch end {
        case .stop: try await store.close()
        case .kill: disk.kill()
        case .powerCut: disk.powerCut(using: &generator)
        case .oldIndex:
            disk.powerCut(using: &generator)
            if let backup {
                index.restore(backup)
                tally.add(.oldIndex)
            }
        case .noIndex:
            disk.kill()
            _ = try await RebuildIndex(storage: disk.mount(), index: index, pool: pool).run()
        }
        clearFaults()
        if generator.oneIn(2) { disk.setFaults(DiskFaults.rough.plan(seed: generator.next())) }
        store = try await Self.open(disk, index, pool, options)
        clearFaults()
        if generator.oneIn(3) { backup = index.backup() }
    }

    // MARK: what must hold

    /// Everything acknowledged reads back equal, and nothing that is indexed is damaged, but for what a power cut tore before it was
    /// acknowledged and an index that was made anew cannot tell from damage: that is suspect, and nothing acknowledged needs it.
    func check() async throws {
        for (root, disk) in kept {
            let differences = try await disk.differences(to: root, in: store)
            guard differences.isEmpty else { throw SoakFailure("\(name): \(root.short) is not what was acknowledged: \(differences)") }
        }
        let report = try await scrub()
        let torn = report.damagedAddresses
        guard report.damages.allSatisfy({ $0.address != nil }), try index.suspects(among: Array(torn)) == torn else {
            throw SoakFailure("\(name): the scrub found \(report.damages)")
        }
        let walk = MapWalk(storage: disk, index: index, pool: pool, damaged: torn)
        let holes = try await walk.run(kept.keys.map { MapWalk.Root(digest: $0, name: $0.short) })
        guard holes.isEmpty else { throw SoakFailure("\(name): maps with holes: \(holes)") }
    }

    /// Stops the process, mends what the scrub finds from other Regions, and starts the next process.
    func repair(from others: [SoakRegion]) async throws -> RepairReport {
        disk.kill()
        let sources = others.map { Repair.Source(storage: $0.disk, index: $0.index) }
        let report = try await Repair(storage: disk.mount(), index: index, pool: pool, sources: sources, packBytes: options.packBytes)
            .run(try await scrub().damages)
        store = try await Self.open(disk, index, pool, options)
        return report
    }

    func scrub() async throws -> ScrubReport { try await Scrub(storage: disk, index: index, pool: pool).run() }
}

/// How a process ends.
enum SoakEnd: CaseIterable {
    case stop, kill, powerCut, oldIndex, noIndex
}

/// A promise was broken.
struct SoakFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
