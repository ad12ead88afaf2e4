import NIOCore

/// Writes disks of a store as an archive, piece by piece as it is asked for them.
///
/// Blocks go into it as they stand in the store, compressed or not, so the same disks of a store always make the same bytes. What is
/// sealed in the store stands open in the archive. Memory holds a root and a few blocks, whatever the size of the disks. A call that failed
/// may be repeated.
package struct ArchiveWriter: ArchiveSource, Sendable {
    /// A disk of the store: where its root stands, as the row of a snapshot names it, and in which domain.
    package struct Disk: Sendable {
        package let root: Digest
        package let domain: SealDomain

        package init(root: Digest, in domain: SealDomain = .open) {
            self.root = root
            self.domain = domain
        }
    }

    /// The disk that is being written, when its blocks are left.
    private struct Current {
        let map: BlockMapReader
        let domain: SealDomain
        var listed: ArraySlice<MappedBlock> = []
        var from: UInt64? = 0
        var written: UInt64 = 0
    }

    private static let blocksPerLook = BlockSize.blocksPerPage

    /// The position of the disk that is written now, or is to be written next: which one it was when a call failed.
    package private(set) var position = 0
    private let disks: [Disk]
    private let store: BlockStore
    private let window: Int
    private let progress: @Sendable (Int64) -> Void
    private var pieces: ArraySlice<ByteBuffer>
    private var current: Current?
    private var blocksTotal: UInt64 = 0
    private var hasEnded = false

    /// - Parameters:
    ///   - metadata: any bytes; they come first.
    ///   - window: how many blocks are read at once.
    ///   - progress: told of the plain bytes of blocks whenever more of them were read.
    package init(
        metadata: ByteBuffer,
        disks: [Disk],
        of store: BlockStore,
        window: Int = 8,
        progress: @escaping @Sendable (Int64) -> Void = { _ in }
    ) throws(ArchiveError) {
        guard metadata.readableBytes <= ArchiveLimits.metadataBytesMax else {
            throw ArchiveError(.tooLarge, "\(metadata.readableBytes) bytes of metadata, more than \(ArchiveLimits.metadataBytesMax)")
        }
        guard disks.count <= ArchiveLimits.disksMax else {
            throw ArchiveError(.tooLarge, "\(disks.count) disks, more than \(ArchiveLimits.disksMax)")
        }
        self.disks = disks
        self.store = store
        self.window = max(1, window)
        self.progress = progress
        pieces = [
            ByteBuffer(bytes: ArchiveLimits.magic + [ArchiveLimits.version]), ArchiveRecord(kind: .metadata, payload: metadata).encoded,
        ]
    }

    /// The next bytes, at most a little more than 1 MiB; nil behind the last.
    package mutating func next() async throws -> ByteBuffer? {
        while pieces.isEmpty, !hasEnded { try await advance() }
        return pieces.popFirst()
    }

    private mutating func advance() async throws {
        if current != nil {
            try await writeBlocks()
        } else if position < disks.count {
            try await begin(disks[position])
        } else {
            let count = ByteBuffer(integer: blocksTotal, endianness: .little)
            pieces = [ArchiveRecord(kind: .end, number: UInt64(disks.count), payload: count).encoded]
            hasEnded = true
        }
    }

    private mutating func begin(_ disk: Disk) async throws {
        let store = store
        let root = try await store.packs.domains.keepingOpen([disk.domain.id]) { try await store.readRoot(disk.root) }
        guard disk.domain.address(of: root.digest) == disk.root else {
            throw StoreError(.damaged, "another block map stands there", address: disk.root)
        }
        current = Current(map: BlockMapReader(root: root, reading: DomainPages(store, in: disk.domain)), domain: disk.domain)
        pieces = [ArchivedDisk(position: position, root).record.encoded]
    }

    private mutating func writeBlocks() async throws {
        guard var current else { return }
        while current.listed.isEmpty, let from = current.from {
            let (blocks, next) = try await current.map.blocks(from: from, limit: Self.blocksPerLook)
            (current.listed, current.from) = (blocks[...], next)
        }
        let batch = current.listed.prefix(window)
        guard !batch.isEmpty else { return try end(current) }
        pieces = try await records(of: batch, in: current.domain)[...]
        current.listed = current.listed.dropFirst(batch.count)
        current.written += UInt64(batch.count)
        self.current = current
        progress(Int64(batch.count) * Int64(BlockSize.bytes))
    }

    private mutating func end(_ disk: Current) throws {
        guard disk.written == disk.map.root.dataBlocks else {
            throw StoreError(
                .damaged,
                "the pages list \(disk.written) blocks, the root \(disk.map.root.dataBlocks)",
                address: disks[position].root
            )
        }
        blocksTotal += disk.written
        position += 1
        current = nil
    }

    private func records(of blocks: ArraySlice<MappedBlock>, in domain: SealDomain) async throws -> [ByteBuffer] {
        try await withThrowingTaskGroup(of: (UInt64, ByteBuffer).self) { group in
            for block in blocks { group.addTask { [store] in (block.index, try await store.archived(block, in: domain)) } }
            var records: [UInt64: ByteBuffer] = [:]
            for try await (index, record) in group { records[index] = record }
            return blocks.compactMap { records[$0.index] }
        }
    }
}

extension BlockStore {
    /// The record of a block. One pool hop: its seal is opened, which proves it, and it is neither decompressed nor hashed.
    fileprivate func archived(_ block: MappedBlock, in domain: SealDomain) async throws -> ByteBuffer {
        try await packs.domains.keepingOpen([domain.id]) {
            try await pool.run { [self] in
                let payload = try payload(domain.address(of: block.digest))
                guard payload.kind == .block, payload.plainLength == UInt32(BlockSize.bytes) else {
                    throw StoreError(.damaged, "a block map lists an entry that is not a block", address: block.digest)
                }
                return ArchiveRecord(kind: .block, codec: payload.codec, number: block.index, payload: payload.bytes).encoded
            }
        }
    }
}
