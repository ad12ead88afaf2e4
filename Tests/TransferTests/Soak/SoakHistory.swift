import Blocks
import Domain
import TestSupport
import Transfer

/// A random life of three Regions, decided by a seed: pushes, copies over good and bad links, deletions, kills, power cuts and rot, on
/// disks that fail; against a model that knows what was acknowledged.
struct SoakHistory {
    private let seed: UInt64
    private let tally: FaultTally
    private var generator: SeededGenerator
    private let regions: [SoakRegion]
    private var nextContent: UInt64 = 10_000
    private(set) var done = SoakCounts()

    init(seed: UInt64, pool: DiskPool, tally: FaultTally) async throws {
        self.seed = seed
        self.tally = tally
        generator = SeededGenerator(seed: seed)
        var regions: [SoakRegion] = []
        for name in ["A", "B", "C"] { regions.append(try await SoakRegion(name, pool: pool, tally: tally)) }
        self.regions = regions
    }

    /// Lives so many steps, and then checks everything. Throws when a promise was broken.
    mutating func run(steps: Int) async throws {
        for _ in 0..<steps {
            switch Int.random(in: 0..<20, using: &generator) {
            case 0..<5: try await push(into: pick())
            case 5..<13: try await copies()
            case 13: deletion(from: pick())
            case 14..<16: try await rot(in: pick())
            default: try await restart(pick())
            }
        }
        try await settle()
    }

    private mutating func pick() -> SoakRegion { regions[Int.random(in: 0..<regions.count, using: &generator)] }

    private mutating func faults() -> DiskFaults {
        generator.oneIn(4) ? DiskFaults() : generator.oneIn(3) ? .rough : .failing(oneIn: Int.random(in: 6...60, using: &generator))
    }

    // MARK: steps

    private mutating func push(into region: SoakRegion) async throws {
        var disk: ModelDisk
        // In an order that a seed repeats, which a dictionary's is not.
        if let old = region.kept.keys.sorted().randomElement(using: &generator).flatMap({ region.kept[$0] }), generator.oneIn(2) {
            disk = old.changed(Int.random(in: 1...6, using: &generator), first: nextContent, using: &generator)
        } else {
            disk = ModelDisk.random(numbers: nextContent..<(nextContent + 20), using: &generator)
        }
        nextContent += 20
        region.injectFaults(faults(), seed: generator.next())
        do {
            let root = try await disk.write(to: region.store)
            region.kept[root] = disk
            done.pushes += 1
        } catch {
            try expectHonest(error)
            done.failedPushes += 1
        }
        region.clearFaults()
    }

    /// One to three copies at once from one Region into another, in the middle of which a process may die.
    private mutating func copies() async throws {
        let (source, destination) = (pick(), pick())
        let roots = source.kept.keys.sorted().shuffled(using: &generator).prefix(Int.random(in: 1...3, using: &generator))
        guard source !== destination, !roots.isEmpty else { return }
        source.injectFaults(generator.oneIn(2) ? faults() : DiskFaults(), seed: generator.next())
        let end: SoakEnd? = generator.oneIn(3) ? (generator.oneIn(2) ? .kill : .powerCut) : nil
        destination.injectFaults(faults(), seed: generator.next(), calamity: calamity(end, on: destination.disk))
        let engine = CopyEngine(
            window: Int.random(in: 1...8, using: &generator),
            reportInterval: .zero,
            bytesPerFlush: Int64(BlockSize.bytes) * Int64.random(in: 0...8, using: &generator)
        )
        var plans: [(Digest, SoakLink)] = []
        for root in roots { plans.append((root, SoakLink.random(using: &generator))) }
        let (from, into, tally) = (source.store, destination.store, tally)
        let ends = await withTaskGroup(of: (Digest, Result<Void, any Error>).self) { group in
            for (root, link) in plans {
                group.addTask { (root, await link.copy(root, from: from, into: into, by: engine, tally: tally)) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        // A process that died took its part in no commit afterwards: what it said at its end counts as unheard.
        for (root, ended) in ends {
            switch ended {
            case .success:
                destination.kept[root] = source.kept[root]
                done.copies += 1
            case .failure(let error):
                try expectHonest(error)
                done.failedCopies += 1
            }
        }
        source.clearFaults()
        destination.clearFaults()
        if end != nil { try await restart(destination, by: .kill) }
    }

    private mutating func calamity(_ end: SoakEnd?, on disk: FaultyDisk) -> (@Sendable () -> Void)? {
        let seed = generator.next()
        switch end {
        case nil: return nil
        case .kill: return { disk.kill() }
        default:
            return {
                var generator = SeededGenerator(seed: seed)
                disk.powerCut(using: &generator)
            }
        }
    }

    private mutating func deletion(from region: SoakRegion) {
        guard let root = region.kept.keys.sorted().randomElement(using: &generator) else { return }
        region.kept[root] = nil
        done.deletions += 1
    }

    private mutating func restart(_ region: SoakRegion, by end: SoakEnd? = nil) async throws {
        let end = end ?? SoakEnd.allCases.randomElement(using: &generator) ?? .stop
        try await region.restart(by: end, using: &generator, tally: tally)
        try await region.check()
        done.restarts += 1
    }

    /// A byte of a frame changes: it is found, nobody gets wrong bytes, and it is mended, or comes again, or is put right.
    private mutating func rot(in region: SoakRegion) async throws {
        // What a power cut tore is damaged already (`SoakRegion.check`).
        let torn = try await region.scrub().damagedAddresses
        let frames = region.index.all.filter { !torn.contains($0.key) }.sorted { $0.key < $1.key }
        guard let (address, location) = frames.randomElement(using: &generator) else { return }
        let place = Int(location.offset) + Int.random(in: 0..<FrameHeader.bytes + Int(location.storedLength), using: &generator)
        let mask = UInt8(1) << UInt8.random(in: 0..<8, using: &generator)
        region.disk.flip(location.pack.fileName, at: place, mask: mask)
        let report = try await region.scrub()
        guard report.damagedAddresses == torn.union([address]) else {
            throw SoakFailure("\(region.name): \(address.short) rotted and the scrub found \(report.damages)")
        }
        for (root, disk) in region.kept {
            do {
                let differences = try await disk.differences(to: root, in: region.store)
                guard differences.isEmpty else { throw SoakFailure("\(region.name): rot was read as data: \(differences)") }
            } catch let error as StoreError where error.code == .damaged && error.address == address {
            }
        }
        if generator.oneIn(2) { try await mend(address, torn, in: region) }
        region.disk.flip(location.pack.fileName, at: place, mask: mask)
        done.rots += 1
        try await region.check()
    }

    /// Mended if another Region has it; if not, pushing the disks once more brings it back.
    private mutating func mend(_ address: Digest, _ torn: Set<Digest>, in region: SoakRegion) async throws {
        let others = regions.filter { $0 !== region }
        var elsewhere: Set<Digest> = []
        for other in others {
            let there = torn.union([address]).filter { other.index.all[$0] != nil }
            elsewhere.formUnion(there.subtracting(try await other.scrub().damagedAddresses))
        }
        let isElsewhere = elsewhere.contains(address)
        let report = try await region.repair(from: others)
        guard Set(report.mended.map(\.address)) == elsewhere else {
            throw SoakFailure("\(region.name): \(address.short) is \(isElsewhere ? "" : "not ")elsewhere, mended: \(report.mended)")
        }
        done.mended += report.mended.count
        guard !isElsewhere else { return try await region.check() }
        for disk in region.kept.values { _ = try await disk.write(to: region.store) }
        for (root, disk) in region.kept {
            let differences = try await disk.differences(to: root, in: region.store)
            guard differences.isEmpty else { throw SoakFailure("\(region.name): pushed again and not whole: \(differences)") }
        }
    }

    // MARK: the end

    /// After a last power cut everywhere, all is there; and with disks that work all that is anywhere can be copied everywhere.
    private mutating func settle() async throws {
        for region in regions { try await restart(region, by: .powerCut) }
        for source in regions {
            for destination in regions where source !== destination {
                for (root, disk) in source.kept {
                    _ = try await CopyEngine().copy(root, from: StoreSource(source.store), into: destination.store) { _ in }
                    destination.kept[root] = disk
                }
            }
        }
        for region in regions { try await region.check() }
    }

    /// Work may fail, but for a reason that can be told. Anything else is a fault of ours.
    private func expectHonest(_ error: any Error) throws {
        switch error {
        case is FaultyLink.Cut, is CancellationError, is BlockMapError, is CopyMismatch: return
        case let error as StoreError:
            let known: [StoreError.Code] = [.noSpace, .io, .lostWrites, .damaged, .digestMismatch, .invalidBlock]
            guard known.contains(error.code) else { throw SoakFailure("seed \(seed): no reason to fail: \(error)") }
        default: throw SoakFailure("seed \(seed): an unknown error: \(error)")
        }
    }
}
