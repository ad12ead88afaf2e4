import Glibc
import Synchronization

/// Gives the space of dead frames back: deletes packs that hold nothing, and empties those that are mostly dead. On a disk that is short of
/// space, it makes holes of dead frames.
///
/// A pack's row goes after its file is gone for good. Until then the row says that the pack is indexed to its end, so that no start
/// looks into it and brings dead frames back.
struct PackReclaim: Sendable {
    let store: BlockStore
    /// What live maps list and the index does not have.
    let missing: MissingFrames

    func run(_ usages: [PackUsage], _ report: inout CollectionReport) async throws {
        // Those that cost nothing first: on a full disk they make the room in which the others are rewritten.
        var empty: [PackUsage] = []
        for usage in usages where usage.frames == 0 {
            if try await isClosed(usage), try await mayGo(usage, &report) { empty.append(usage) }
        }
        try await delete(empty, &report)
        let partlyDead = usages.filter { $0.frames > 0 }
        if try await freeBytes() < store.options.shortBytes {
            for usage in partlyDead { try await punch(usage, &report) }
        }
        for usage in partlyDead.filter(\.isMostlyDead).sorted(by: { $0.liveBytes < $1.liveBytes }) {
            guard try await isClosed(usage), try await mayGo(usage, &report) else { continue }
            guard try await hasRoom(toRewrite: usage) else {
                report.packsWithoutRoom += 1
                continue
            }
            do {
                guard try await PackRewrite(store: store, pack: usage.pack).run(&report) else { continue }
                report.packsRewritten += 1
                try await delete([usage], &report)
            } catch let error as StoreError where error.code == .noSpace {
                // Others have taken the room meanwhile.
                try await punch(usage, &report)
                report.packsWithoutRoom += 1
            }
        }
    }

    /// Whether all that is alive in the pack fits: space comes back only when the whole of it is rewritten.
    private func hasRoom(toRewrite usage: PackUsage) async throws -> Bool {
        // A new pack may be needed for it.
        let needed = usage.liveBytesOnDisk + PackHeader.firstFrame
        return try await freeBytes() >= store.options.reservedBytesOfCollections + needed
    }

    private func freeBytes() async throws -> UInt64 { try await onDisk { try $0.freeBytes() } }

    /// Makes holes of what is dead in a pack: it takes no room, and the space is back at once.
    private func punch(_ usage: PackUsage, _ report: inout CollectionReport) async throws {
        let (name, pack) = (usage.pack.fileName, usage.pack)
        guard try await onDisk({ try $0.allocatedBytes(name) }) > usage.liveBytesOnDisk, try await isClosed(usage),
            try await mayGo(usage, &report)
        else { return }
        let store = store
        let dead = try await store.pool.run { try store.indexing { try store.deadRanges(in: pack, end: usage.indexedLength) } }
        let freed = try await onDisk { storage in
            let before = try storage.allocatedBytes(name)
            guard try storage.punch(dead, in: name) else { return 0 }
            return before - min(before, try storage.allocatedBytes(name))
        }
        if freed == 0 { return }
        report.packsPunched += 1
        report.bytesGivenBack += freed
    }

    private func delete(_ usages: [PackUsage], _ report: inout CollectionReport) async throws {
        var gone: [PackID] = []
        for usage in usages {
            guard try await isClosed(usage), try await isEmpty(usage.pack) else { continue }
            report.bytesGivenBack += try await onDisk { storage in
                let size = try storage.allocatedBytes(usage.pack.fileName)
                try storage.remove(usage.pack.fileName)
                return size
            }
            store.packs.forget(usage.pack)
            gone.append(usage.pack)
        }
        if gone.isEmpty { return }
        report.packsRemoved += gone.count
        _ = try await onDisk { storage in
            try storage.syncFolder()
            return 0
        }
        let (store, packs) = (store, gone)
        try await store.pool.run {
            for pack in packs { try store.indexing { try store.index.removePack(pack) } }
        }
    }

    /// Whether nothing that live maps miss can stand in a pack that is closed. An index can be lost together with what would make it anew.
    private func mayGo(_ usage: PackUsage, _ report: inout CollectionReport) async throws -> Bool {
        if report.packsKept.contains(where: { $0.pack == usage.pack }) { return false }
        guard let kept = try await missing.place(in: usage.pack, of: store) else { return true }
        report.packsKept.append(kept)
        return false
    }

    /// Whether nothing is appended to the pack from now on, and nothing stands in it that is not indexed.
    private func isClosed(_ usage: PackUsage) async throws -> Bool {
        guard store.state.withLock({ $0.close(usage.pack) }) else { return false }
        let size = try await onDisk { try $0.open(usage.pack.fileName).size() }
        let store = store
        return try await store.pool.run {
            try store.indexing { size <= (try store.index.indexedLengths()[usage.pack] ?? 0) }
        }
    }

    /// Asked when the pack is closed: before, it may have got frames since it was swept.
    private func isEmpty(_ pack: PackID) async throws -> Bool {
        let store = store
        return try await store.pool.run { try store.indexing { try store.index.frames(in: pack, after: 0, limit: 1).isEmpty } }
    }

    /// Runs calls to the disk. A file that is not there has size 0: an earlier round deleted it and ended before its row went.
    private func onDisk(_ body: @escaping @Sendable (any PackStorage) throws -> UInt64) async throws -> UInt64 {
        let storage = store.packs.storage
        return try await store.pool.run {
            do {
                return try body(storage)
            } catch let failure as IOFailure {
                if failure.errno == ENOENT { return 0 }
                throw StoreError(failure)
            }
        }
    }
}

extension BlockStore {
    /// What of a pack, which nothing is appended to any more, no row names. None of one that cannot be opened.
    fileprivate func deadRanges(in pack: PackID, end: UInt64) throws -> [Range<UInt64>] {
        guard let file = try? packs.file(pack) else { return [] }
        var ranges: [Range<UInt64>] = []
        var place = PackHeader.firstFrame
        try index.forEachFrame(in: pack, perStep: 1024) { frame in
            if frame.location.offset > place { ranges.append(place..<frame.location.offset) }
            place = max(place, file.end(of: frame))
        }
        if end > place { ranges.append(place..<end) }
        return ranges
    }
}
