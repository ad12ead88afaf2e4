/// The top of a block map: the size of the volume and its pages. Equal roots mean equal disks.
///
/// Encoding (little-endian, docs/formats/block-map.md):
/// ```
/// 0   8   magic "FERRYMR" and the version, 1
/// 8   8   volume size in bytes
/// 16  4   number of pages, n
/// 20  38n for each page, ascending: number u32, blocks with data u16 (1...1024), digest 32
/// ```
/// The count of each page stands here so that the size of a snapshot's data is known without reading a page.
package struct BlockMapRoot: Hashable, Sendable {
    package struct Entry: Hashable, Sendable {
        /// Covers the blocks `page * 1024 ..< (page + 1) * 1024`.
        package let page: UInt32
        /// Blocks with data in the page, 1...1024.
        package let blockCount: UInt16
        package let digest: Digest

        package init(page: UInt32, blockCount: UInt16, digest: Digest) {
            self.page = page
            self.blockCount = blockCount
            self.digest = digest
        }

        /// Bytes of the page's blocks with data.
        package var dataBytes: Int64 { Int64(blockCount) * Int64(BlockSize.bytes) }
    }

    package let volumeBytes: UInt64
    /// Pages with data, ascending; a page of zeros is never listed.
    package let entries: [Entry]

    static let magic: [UInt8] = Array("FERRYMR".utf8) + [1]
    static let headerBytes = 20
    static let entryBytes = 38
    /// 64 TiB, the largest volume of EBS; it bounds what a decoder allocates.
    package static let maximumVolumeBytes: UInt64 = 1 << 46
    package static let maximumEncodedBytes = headerBytes + entryBytes * (1 << 17)

    package init(volumeBytes: UInt64, entries: [Entry] = []) throws(BlockMapError) {
        guard volumeBytes <= Self.maximumVolumeBytes else { throw .volumeSize(volumeBytes) }
        let blocks = Self.blocks(in: volumeBytes)
        var next: UInt64 = 0
        for entry in entries {
            let first = UInt64(entry.page) * UInt64(BlockSize.blocksPerPage)
            guard UInt64(entry.page) >= next else { throw .notAscending(index: first) }
            guard first < blocks else { throw .outsideVolume(index: first) }
            let room = min(blocks - first, UInt64(BlockSize.blocksPerPage))
            guard entry.blockCount > 0, UInt64(entry.blockCount) <= room else {
                throw .malformed("page \(entry.page) with \(entry.blockCount) blocks")
            }
            next = UInt64(entry.page) + 1
        }
        self.volumeBytes = volumeBytes
        self.entries = entries
    }

    /// Blocks that a volume of so many bytes has; the last one may be partly behind its end.
    static func blocks(in volumeBytes: UInt64) -> UInt64 {
        (volumeBytes + UInt64(BlockSize.bytes) - 1) / UInt64(BlockSize.bytes)
    }

    /// Blocks of the whole volume, zeros included.
    package var volumeBlocks: UInt64 { Self.blocks(in: volumeBytes) }
    /// Blocks with data.
    package var dataBlocks: UInt64 { entries.reduce(0) { $0 + UInt64($1.blockCount) } }
    /// Bytes of the blocks with data; what EC2 calls the full snapshot size.
    package var dataBytes: Int64 { Int64(dataBlocks) * Int64(BlockSize.bytes) }

    /// The entry of a page number, nil when the page is zeros.
    package func entry(page: UInt32) -> Entry? {
        let position = firstEntry(from: page)
        return position < entries.count && entries[position].page == page ? entries[position] : nil
    }

    /// The position of the first entry whose page is at or behind `page`.
    func firstEntry(from page: UInt32) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].page < page { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The address under which the root is stored.
    package var digest: Digest { Digest(sha256: encoded) }

    package var encoded: [UInt8] {
        var bytes = Self.magic
        bytes.reserveCapacity(Self.headerBytes + entries.count * Self.entryBytes)
        bytes.appendLittleEndian(volumeBytes)
        bytes.appendLittleEndian(UInt32(entries.count))
        for entry in entries {
            bytes.appendLittleEndian(entry.page)
            bytes.appendLittleEndian(entry.blockCount)
            entry.digest.append(to: &bytes)
        }
        return bytes
    }

    /// Accepts only what `encoded` writes.
    package init(decoding bytes: RawSpan) throws(BlockMapError) {
        guard bytes.byteCount >= Self.headerBytes else { throw .malformed("root of \(bytes.byteCount) bytes") }
        let magic = bytes.array(0..<8)
        guard magic == Self.magic else {
            throw magic.dropLast() == Self.magic.dropLast() ? .unsupportedVersion : .malformed("no root magic")
        }
        let count = Int(bytes.littleEndian(UInt32.self, at: 16))
        guard bytes.byteCount == Self.headerBytes + count * Self.entryBytes else {
            throw .malformed("root of \(count) pages in \(bytes.byteCount) bytes")
        }
        var entries: [Entry] = []
        entries.reserveCapacity(count)
        for index in 0..<count {
            let offset = Self.headerBytes + index * Self.entryBytes
            entries.append(
                Entry(
                    page: bytes.littleEndian(UInt32.self, at: offset),
                    blockCount: bytes.littleEndian(UInt16.self, at: offset + 4),
                    digest: Digest(in: bytes, at: offset + 6)
                )
            )
        }
        try self.init(volumeBytes: bytes.littleEndian(UInt64.self, at: 8), entries: entries)
    }
}
