import Synchronization

/// What content takes of the disk, for those who ask before they store it.
extension BlockStore {
    /// Bytes of the disk that frames may still take.
    package func room() async throws -> UInt64 {
        try await pool.run { [self] in
            do {
                let free = try packs.storage.freeBytes()
                return free - min(free, options.reservedBytes)
            } catch let failure as IOFailure {
                throw StoreError(failure)
            }
        }
    }

    /// Those of the addresses that would have to be stored. What is being written has its place on the disk, so it is not among them,
    /// durable or not.
    package func lacking(_ addresses: [Digest]) async throws -> [Digest] {
        // First those: what is flushed in between is in the index by then.
        let others = state.withLock { state in addresses.filter { !state.isStaged($0) } }
        if others.isEmpty { return [] }
        return try await pool.run { [self] in
            let found = try sound(others)
            return others.filter { !found.contains($0) }
        }
    }

    /// Bytes that the frames of those addresses take that are here, in this store as in another one that they are copied to.
    package func frameBytes(of addresses: [Digest]) async throws -> UInt64 {
        if addresses.isEmpty { return 0 }
        return try await pool.run { [self] in try locate(addresses).values.reduce(0) { $0 + $1.spaceTaken } }
    }
}

extension FrameLocation {
    /// What the frame takes in its pack, with the bytes that align the next one.
    package var spaceTaken: UInt64 { FrameHeader.align(frameLength) }
}

extension BlockMapRoot.Entry {
    /// The most that the page and its blocks take in packs: nothing compressed, nothing there, nothing twice.
    package var spaceAtMost: UInt64 {
        let page = BlockMapPage.headerBytes + Int(blockCount) * Digest.byteCount
        return UInt64(blockCount) * Self.space(plainBytes: BlockSize.bytes) + Self.space(plainBytes: page)
    }

    private static func space(plainBytes: Int) -> UInt64 {
        FrameHeader.align(UInt64(FrameHeader.bytes + FrameHeader.tagBytes + plainBytes))
    }
}
