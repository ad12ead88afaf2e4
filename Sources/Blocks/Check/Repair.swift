import Glibc

/// Mends what a scrub found damaged, from other stores that have it whole. The store itself must not be open.
///
/// A frame is read in another store, proven by its SHA-256, appended to a pack of its own, and the index is pointed there. Of a pack
/// header one whole copy mends the other. Where no store has a frame whole, it and the maps over it are suspect: they are stored anew
/// when a push or a copy brings the same content again, and then all that share them are whole.
package struct Repair: Sendable {
    /// Another store, which is only read.
    package struct Source: Sendable {
        let packs: PackCache
        let index: any FrameIndex

        package init(folder: String, index: any FrameIndex) { self.init(storage: LocalPackStorage(path: folder + "/packs"), index: index) }

        package init(storage: any PackStorage, index: any FrameIndex) {
            packs = PackCache(storage: storage, capacity: 16, domains: SealDomains())
            self.index = index
        }
    }

    private let packs: PackCache
    private let index: any FrameIndex
    private let pool: DiskPool
    private let sources: [Source]
    private let packBytes: UInt64

    package init(folder: String, index: any FrameIndex, pool: DiskPool, domains: SealDomains = SealDomains(), sources: [Source]) {
        self.init(storage: LocalPackStorage(path: folder + "/packs"), index: index, pool: pool, domains: domains, sources: sources)
    }

    package init(
        storage: any PackStorage,
        index: any FrameIndex,
        pool: DiskPool,
        domains: SealDomains = SealDomains(),
        sources: [Source],
        packBytes: UInt64 = BlockStoreOptions().packBytes
    ) {
        packs = PackCache(storage: storage, capacity: 16, domains: domains)
        self.index = index
        self.pool = pool
        self.sources = sources
        self.packBytes = packBytes
    }

    /// Mends what it can of `damages`, brings what it can of `missing`, which maps list and the index does not have, and says what.
    package func run(_ damages: [ScrubReport.Damage], missing: Set<Digest> = []) async throws -> RepairReport {
        try await pool.run { [self] in
            var report = RepairReport()
            do {
                for damage in damages where damage.address == nil {
                    try mendHeader(damage) ? report.mended.append(damage) : report.lost.append(damage)
                }
                try mendFrames(damages.filter { $0.address != nil }, missing, &report)
                try settleSuspects(about: Set(report.lost.compactMap(\.address)))
            } catch let failure as IOFailure {
                throw StoreError(failure)
            }
            return report
        }
    }

    /// Writes a whole copy of a pack's header over the damaged one.
    private func mendHeader(_ damage: ScrubReport.Damage) throws -> Bool {
        guard PackHeader.copies.contains(damage.offset) else { return false }
        do {
            try PackFile.mendHeader(of: damage.pack, at: damage.offset, in: packs.storage)
            return true
        } catch is FrameDamage {
            return false
        } catch let failure as IOFailure where failure.errno == ENOENT {
            return false
        }
    }

    private func mendFrames(_ damages: [ScrubReport.Damage], _ missing: Set<Digest>, _ report: inout RepairReport) throws {
        var target = RepairTarget(packs: packs, index: index, packBytes: packBytes)
        for damage in damages {
            guard let address = damage.address else { continue }
            guard let from = try index.locate([address])[address], let payload = wholePayload(address) else {
                report.lost.append(damage)
                continue
            }
            try target.append(payload, address, from: from)
            report.mended.append(damage)
        }
        for address in missing.subtracting(damages.compactMap(\.address)).sorted() {
            guard let payload = wholePayload(address) else { continue }
            try target.append(payload, address, from: nil)
            report.brought.insert(address)
        }
        try target.commit()
    }

    /// From the first store whose frame is whole, its content included.
    private func wholePayload(_ address: Digest) -> FramePayload? {
        for source in sources {
            // A sealed domain is of one Region: what is damaged there comes back when it is copied or pushed again.
            guard let location = try? source.index.locate([address])[address] else { continue }
            if let payload = try? source.packs.check(IndexedFrame(address: address, location: location)) { return payload }
        }
        return nil
    }

    /// Suspects what is lost, the pages that list it or what is not there, the roots that list those, and nothing else any more.
    private func settleSuspects(about lost: Set<Digest>) throws {
        let before = try index.suspects(among: nil)
        if lost.isEmpty, before.isEmpty { return }
        let suspects = try SuspectMaps(packs: packs, index: index).over(lost)
        if before == suspects { return }
        // What cannot be opened was not looked at.
        let places = try index.locate(Array(before.subtracting(suspects)))
        let locked = places.filter { packs.domains[$0.value.domain] == nil }.keys
        try index.suspect(Array(suspects.subtracting(before)))
        try index.trust(Array(before.subtracting(suspects).subtracting(locked)))
    }
}

/// What a repair did.
package struct RepairReport: Sendable {
    package fileprivate(set) var mended: [ScrubReport.Damage] = []
    /// No other store has it whole.
    package fileprivate(set) var lost: [ScrubReport.Damage] = []
    /// What was missing and is there now.
    package fileprivate(set) var brought: Set<Digest> = []
}
