/// Brings the index up to what the packs hold: at start for the ends of packs, and for whole packs when the index is made anew.
///
/// Frames whose seal opens are taken, wherever they stand. Pages are taken when all their blocks are known by then and roots when all
/// their pages are, so that "a page implies its blocks" holds whatever was lost. The lengths of packs are raised last: a scan
/// that was cut off is done again.
struct Recovery {
    private static let batchFrames = 4096

    let packs: PackCache
    let index: any FrameIndex
    /// Whether frames are taken by their headers alone whose key is not at hand.
    var takesLocked = false

    /// Scans what lies behind the indexed length of each pack.
    func run() throws -> RecoveryReport {
        var report = RecoveryReport()
        do {
            try scan(&report)
        } catch let error as IOFailure {
            throw StoreError(error)
        } catch let error as StoreError {
            throw error
        } catch {
            throw StoreError(.index, "the index failed: \(error)", cause: error)
        }
        return report
    }

    private func scan(_ report: inout RecoveryReport) throws {
        let known = try index.indexedLengths()
        var lengths: [PackID: UInt64] = [:]
        var maps: [IndexedFrame] = []
        for name in try packs.storage.list() {
            guard let id = PackID(fileName: name) else { continue }
            // Not through the cache: each pack is opened once here.
            let size = try packs.storage.open(name).size()
            let start = known[id] ?? PackHeader.firstFrame
            guard size > start else {
                // A pack that no frame was written to: its making may have been cut off, header and all. When it cannot be removed it is
                // found again at the next start.
                if known[id] == nil { try? packs.storage.remove(name) }
                continue
            }
            report.packs += 1
            let end = max(size, start)
            if try scan(id, start..<end, &report, &maps) { lengths[id] = end }
        }
        if lengths.isEmpty { return }
        try packs.storage.syncFolder()
        for kind in [FrameKind.page, .root] {
            try indexComplete(maps.filter { $0.location.kind == kind }, &report)
        }
        try index.commit([], indexedLengths: lengths)
    }

    /// False when the pack cannot be opened: it is looked at again then, the next time.
    private func scan(
        _ id: PackID,
        _ range: Range<UInt64>,
        _ report: inout RecoveryReport,
        _ maps: inout [IndexedFrame]
    ) throws -> Bool {
        let file: PackFile
        do {
            file = try PackFile.open(id, in: packs.storage, domains: packs.domains)
        } catch let damage as FrameDamage {
            report.damaged.append(.init(pack: id, bytes: 0..<range.upperBound, damage: damage))
            return false
        }
        // A crash of the process leaves bytes that only memory holds: they must be on the disk before a row names them. And after a failed
        // sync memory may show bytes that the disk does not have: they are read from there.
        try file.sync()
        file.dropCache()
        var scanner = PackScanner(file: file, from: range.lowerBound, end: range.upperBound)
        var blocks: [IndexedFrame] = []
        while let item = try scanner.next() {
            switch item {
            case .frame(let frame, _):
                if frame.location.kind == .block { blocks.append(frame) } else { maps.append(frame) }
            case .locked(let frame):
                // Behind an indexed end nobody was told of it, and unproven it could be taken for content that is there.
                guard takesLocked else { continue }
                if frame.location.kind == .block { blocks.append(frame) } else { maps.append(frame) }
            case .skipped(let bytes, let damage, let isGap):
                if isGap {
                    report.gapBytes += UInt64(bytes.count)
                } else {
                    report.damaged.append(.init(pack: id, bytes: bytes, damage: damage))
                }
            }
            if blocks.count == Self.batchFrames { try commit(&blocks, &report) }
        }
        report.bytesScanned += UInt64(range.count)
        try commit(&blocks, &report)
        return true
    }

    private func commit(_ frames: inout [IndexedFrame], _ report: inout RecoveryReport) throws {
        if frames.isEmpty { return }
        try index.commit(frames, indexedLengths: [:])
        report.framesIndexed += frames.count
        frames.removeAll()
    }

    private func indexComplete(_ maps: [IndexedFrame], _ report: inout RecoveryReport) throws {
        var complete: [IndexedFrame] = []
        for frame in maps {
            let children: [Digest]
            do {
                children = try packs.children(of: frame)
            } catch FrameDamage.locked {
                // Only from a pack that is indexed anew: nobody can say what it lists.
                complete.append(frame)
                continue
            } catch {
                report.incomplete.append(.init(frame: frame, missing: 0))
                continue
            }
            var missing = 0
            for start in stride(from: 0, to: children.count, by: BlockSize.blocksPerPage) {
                let batch = Set(children[start..<min(start + BlockSize.blocksPerPage, children.count)])
                missing += batch.count - (try index.known(among: Array(batch)).count)
            }
            if missing == 0 { complete.append(frame) } else { report.incomplete.append(.init(frame: frame, missing: missing)) }
            if complete.count == Self.batchFrames { try commit(&complete, &report) }
        }
        try commit(&complete, &report)
    }
}

/// Makes the index anew from the packs alone. The store must not be open.
package struct RebuildIndex: Sendable {
    private let storage: any PackStorage
    private let index: any FrameIndex
    private let pool: DiskPool
    private let domains: SealDomains

    package init(folder: String, index: any FrameIndex, pool: DiskPool, domains: SealDomains = SealDomains()) {
        self.init(storage: LocalPackStorage(path: folder + "/packs"), index: index, pool: pool, domains: domains)
    }

    package init(storage: any PackStorage, index: any FrameIndex, pool: DiskPool, domains: SealDomains = SealDomains()) {
        self.domains = domains
        self.storage = storage
        self.index = index
        self.pool = pool
    }

    /// Reads every pack from front to back. Cut off in the middle, it is finished by the next opening of the store.
    package func run() async throws -> RecoveryReport {
        let storage = storage
        let index = index
        let domains = domains
        return try await pool.run {
            try index.removeAll()
            return try Recovery(packs: PackCache(storage: storage, capacity: 16, domains: domains), index: index, takesLocked: true).run()
        }
    }
}
