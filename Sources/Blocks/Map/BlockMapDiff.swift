/// A block that differs between two maps; nil stands for zeros.
package struct BlockDifference: Hashable, Sendable {
    package let index: UInt64
    package let first: Digest?
    package let second: Digest?

    package init(index: UInt64, first: Digest?, second: Digest?) {
        self.index = index
        self.first = first
        self.second = second
    }
}

/// Compares two block maps. Equal pages are skipped unread, so the cost grows with the difference and not with the disk.
package struct BlockMapDiff: Sendable {
    private let first: BlockMapRoot
    private let second: BlockMapRoot
    private let firstPages: any BlockMapSource
    private let secondPages: any BlockMapSource

    /// Both maps in one store.
    package init(first: BlockMapRoot, second: BlockMapRoot, reading source: any BlockMapSource) {
        self.init(first: first, in: source, second: second, in: source)
    }

    /// The maps may lie in different stores.
    package init(
        first: BlockMapRoot,
        in firstPages: any BlockMapSource,
        second: BlockMapRoot,
        in secondPages: any BlockMapSource
    ) {
        self.first = first
        self.second = second
        self.firstPages = firstPages
        self.secondPages = secondPages
    }

    /// Up to `limit` differences at or behind `start`, ascending, and the index from which to go on, nil at the end.
    ///
    /// At most `pageReads` pages are read, at least one pair: a call may return fewer differences than `limit`, even none,
    /// and still have a `next`.
    package func differences(
        from start: UInt64 = 0,
        limit: Int,
        pageReads: Int = 256
    ) async throws -> (differences: [BlockDifference], next: UInt64?) {
        guard let firstPage = UInt32(exactly: start / UInt64(BlockSize.blocksPerPage)) else { return ([], nil) }
        var found: [BlockDifference] = []
        var reads = 0
        var left = first.entries[first.firstEntry(from: firstPage)...]
        var right = second.entries[second.firstEntry(from: firstPage)...]
        while let number = [left.first?.page, right.first?.page].compactMap({ $0 }).min() {
            let old = left.first?.page == number ? left.removeFirst() : nil
            let new = right.first?.page == number ? right.removeFirst() : nil
            if old?.digest == new?.digest { continue }
            let base = UInt64(number) * UInt64(BlockSize.blocksPerPage)
            let needed = (old == nil ? 0 : 1) + (new == nil ? 0 : 1)
            if found.count == limit || (reads > 0 && reads + needed > pageReads) { return (found, max(base, start)) }
            reads += needed
            let oldPage = if let old { try await firstPages.readPage(old.digest) } else { BlockMapPage() }
            let newPage = if let new { try await secondPages.readPage(new.digest) } else { BlockMapPage() }
            for difference in oldPage.differences(to: newPage, base: base) where difference.index >= start {
                if found.count == limit { return (found, difference.index) }
                found.append(difference)
            }
        }
        return (found, nil)
    }
}

extension BlockMapPage {
    /// The slots in which two pages differ, as block indexes behind `base`.
    func differences(to other: BlockMapPage, base: UInt64) -> [BlockDifference] {
        var result: [BlockDifference] = []
        var left = entries[...]
        var right = other.entries[...]
        while let slot = [left.first?.slot, right.first?.slot].compactMap({ $0 }).min() {
            let old = left.first?.slot == slot ? left.removeFirst().digest : nil
            let new = right.first?.slot == slot ? right.removeFirst().digest : nil
            if old != new { result.append(.init(index: base + UInt64(slot), first: old, second: new)) }
        }
        return result
    }
}
