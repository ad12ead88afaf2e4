/// Brings a disk of an archive into a store, and proves that it is the one that the archive announced.
///
/// It comes in stretches. Each lays its blocks over the map of what came before, stores that map as well, and has its root kept by a row
/// before its session ends: so everything that has come is under a root that a row names, a collection waits for a stretch and not for
/// the disk, and nothing but the maps in between is stored for it. Cut off, it is begun anew, and finds what it kept.
package struct DiskRestore: Sendable {
    package var window: Int
    /// How much a stretch takes in, in plain bytes.
    package var bytesPerStretch: Int64

    package init(window: Int = 8, bytesPerStretch: Int64 = 1 << 30) {
        self.window = max(1, window)
        self.bytesPerStretch = bytesPerStretch
    }

    /// Restores the disk that `reader` has just named, into a domain of the store. Returns the address of its root there.
    ///
    /// `progress` is told of the plain bytes of each block that has come. `keep` gets the address of the root of what is durable by then,
    /// once a stretch, and the last time that of the whole disk: it is to save the row that keeps it alive, in place of the one before.
    /// An error that it throws ends the restoring.
    ///
    /// - Throws: `ArchiveError` when the archive is wrong: what was kept last is to be let go of then, and what came behind it is garbage.
    package func run<Source>(
        _ disk: ArchivedDisk,
        from reader: inout ArchiveReader<Source>,
        into store: BlockStore,
        in domain: SealDomain = .open,
        progress: (Int64) -> Void = { _ in },
        keep: (Digest) async throws -> Void
    ) async throws -> Digest {
        var map = try BlockMapRoot(volumeBytes: disk.volumeBytes)
        while true {
            let (laid, isEnd) = try await store.withWriter(in: domain) { writer in
                let (laid, isEnd) = try await layStretch(over: map, from: &reader, with: writer, progress: progress)
                guard !isEnd || laid.digest == disk.root else {
                    throw ArchiveError(.mismatch, "disk \(disk.position) has the root \(laid.digest), announced was \(disk.root)")
                }
                try await writer.put(root: laid)
                try await writer.flush()
                try await keep(domain.address(of: laid.digest))
                return (laid, isEnd)
            }
            if isEnd { return domain.address(of: laid.digest) }
            map = laid
        }
    }

    /// Stores a stretch of blocks and the pages over them. Returns the map that they make with what was there, and whether they were the last.
    private func layStretch<Source>(
        over parent: BlockMapRoot,
        from reader: inout ArchiveReader<Source>,
        with writer: StoreWriter,
        progress: (Int64) -> Void
    ) async throws -> (BlockMapRoot, isEnd: Bool) {
        var builder = try BlockMapBuilder(volumeBytes: parent.volumeBytes, parent: parent)
        var (bytes, isEnd) = (Int64(0), false)
        try await writer.lay(into: &builder, window: window) {
            progress(Int64(BlockSize.bytes))
        } next: {
            guard bytes < max(bytesPerStretch, 1) else { return nil }
            guard let block = try await reader.nextBlock() else {
                isEnd = true
                return nil
            }
            bytes += Int64(BlockSize.bytes)
            return PlacedBlock(index: block.index) { try await Self.put(block, with: $0) }
        }
        let (rest, root) = try await builder.finish(reading: DomainPages(writer.store, in: writer.domain))
        for page in rest { try await writer.put(page: page) }
        return (root, isEnd)
    }

    private static func put(_ block: ArchivedBlock, with writer: StoreWriter) async throws -> Digest {
        do {
            return try await writer.put(compressed: block.payload)
        } catch let error as StoreError where error.code == .invalidBlock {
            throw ArchiveError(.malformed, "block \(block.index): \(error.message)", at: block.offset)
        }
    }
}
