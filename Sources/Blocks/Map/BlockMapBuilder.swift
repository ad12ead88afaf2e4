/// Builds a block map from ascending block indexes, a page at a time, so that memory does not grow with the disk.
///
/// On top of a parent, an index that is added replaces the parent's block, a nil digest makes the block zeros, and pages
/// that nothing touches keep the parent's entry without being read.
///
/// A page that comes back is to be put into the store before the root is.
package struct BlockMapBuilder: Sendable {
    package let volumeBytes: UInt64
    private let parent: BlockMapRoot?
    private var entries: [BlockMapRoot.Entry] = []
    private var parentPosition = 0
    private var page: UInt32?
    private var changes: [(slot: Int, digest: Digest?)] = []
    private var lastIndex: UInt64?

    /// A map of a volume of zeros, or one laid over `parent`, to be filled. Throws when the volume would be smaller than the parent's.
    package init(volumeBytes: UInt64, parent: BlockMapRoot? = nil) throws(BlockMapError) {
        guard volumeBytes >= parent?.volumeBytes ?? 0, volumeBytes <= BlockMapRoot.maximumVolumeBytes else {
            throw .volumeSize(volumeBytes)
        }
        self.volumeBytes = volumeBytes
        self.parent = parent
    }

    /// Sets the block at `index`, which is behind all indexes set before. Nil, or the digest of the zero block, means zeros.
    ///
    /// Returns the page that this call finished, if it finished one that has data and is not the parent's own. The parent's pages
    /// are read from `source`.
    package mutating func add(
        _ index: UInt64,
        _ digest: Digest?,
        reading source: some BlockMapSource
    ) async throws -> [BlockMapPage] {
        guard index < BlockMapRoot.blocks(in: volumeBytes) else { throw BlockMapError.outsideVolume(index: index) }
        if let lastIndex, lastIndex >= index { throw BlockMapError.notAscending(index: index) }
        let number = UInt32(index / UInt64(BlockSize.blocksPerPage))
        var finished: [BlockMapPage] = []
        if let page, page != number { finished = try await finishPage(page, reading: source) }
        lastIndex = index
        page = number
        changes.append((Int(index % UInt64(BlockSize.blocksPerPage)), digest == .zeroBlock ? nil : digest))
        return finished
    }

    /// The pages that are not finished yet, and the root.
    ///
    /// - Parameter volumeBytes: how large the volume has turned out to be, when the map was begun with the most that it could have.
    package mutating func finish(
        reading source: some BlockMapSource,
        volumeBytes: UInt64? = nil
    ) async throws -> (pages: [BlockMapPage], root: BlockMapRoot) {
        var finished: [BlockMapPage] = []
        if let page { finished = try await finishPage(page, reading: source) }
        page = nil
        takeParentEntries(before: UInt32.max)
        return (finished, try BlockMapRoot(volumeBytes: volumeBytes ?? self.volumeBytes, entries: entries))
    }

    private mutating func finishPage(_ number: UInt32, reading source: some BlockMapSource) async throws -> [BlockMapPage] {
        takeParentEntries(before: number)
        let replaced = parent?.entry(page: number)
        // Read before anything is changed: a call that failed here can be repeated.
        let old = if let replaced { try await source.readPage(replaced.digest) } else { BlockMapPage() }
        let merged = try old.applying(changes)
        changes.removeAll(keepingCapacity: true)
        if replaced != nil { parentPosition += 1 }
        if merged.isEmpty { return [] }
        let digest = merged.digest
        entries.append(.init(page: number, blockCount: UInt16(merged.count), digest: digest))
        return digest == replaced?.digest ? [] : [merged]
    }

    private mutating func takeParentEntries(before number: UInt32) {
        guard let parent else { return }
        while parentPosition < parent.entries.count, parent.entries[parentPosition].page < number {
            entries.append(parent.entries[parentPosition])
            parentPosition += 1
        }
    }
}

extension BlockMapPage {
    /// The page with some slots replaced; `changes` ascend.
    func applying(_ changes: [(slot: Int, digest: Digest?)]) throws(BlockMapError) -> BlockMapPage {
        var result = BlockMapPage()
        var position = 0
        for (slot, digest) in entries {
            while position < changes.count, changes[position].slot < slot {
                if let digest = changes[position].digest { try result.append(slot: changes[position].slot, digest) }
                position += 1
            }
            if position < changes.count, changes[position].slot == slot {
                if let digest = changes[position].digest { try result.append(slot: slot, digest) }
                position += 1
            } else {
                try result.append(slot: slot, digest)
            }
        }
        for change in changes[position...] {
            if let digest = change.digest { try result.append(slot: change.slot, digest) }
        }
        return result
    }
}
