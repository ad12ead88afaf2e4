import NIOCore

/// What an archive says of a disk before its blocks.
package struct ArchivedDisk: Hashable, Sendable {
    /// Among the disks of the archive, from 0.
    package let position: Int
    package let volumeBytes: UInt64
    /// How many blocks with data follow.
    package let blockCount: UInt64
    /// The digest of the root of its block map: a disk is whole when the map of what came has this root.
    package let root: Digest

    /// Bytes of the blocks with data.
    package var dataBytes: Int64 { Int64(blockCount) * Int64(BlockSize.bytes) }

    static let encodedBytes = 16 + Digest.byteCount

    init(position: Int, _ map: BlockMapRoot) {
        self.position = position
        volumeBytes = map.volumeBytes
        blockCount = map.dataBlocks
        root = map.digest
    }

    var record: ArchiveRecord {
        var bytes: [UInt8] = []
        bytes.appendLittleEndian(volumeBytes)
        bytes.appendLittleEndian(blockCount)
        root.append(to: &bytes)
        return ArchiveRecord(kind: .disk, number: UInt64(position), payload: ByteBuffer(bytes: bytes))
    }

    /// Reads the payload of a record, whose length was checked.
    init(_ record: ArchiveRecord, at offset: UInt64) throws(ArchiveError) {
        let span = record.payload.readableBytesSpan
        position = Int(clamping: record.number)
        volumeBytes = span.littleEndian(UInt64.self, at: 0)
        blockCount = span.littleEndian(UInt64.self, at: 8)
        root = Digest(in: span, at: 16)
        guard volumeBytes <= BlockMapRoot.maximumVolumeBytes else {
            throw ArchiveError(
                .tooLarge,
                "disk \(position) has \(volumeBytes) bytes, more than \(BlockMapRoot.maximumVolumeBytes)",
                at: offset
            )
        }
        guard blockCount <= BlockMapRoot.blocks(in: volumeBytes) else {
            throw ArchiveError(.malformed, "disk \(position) of \(volumeBytes) bytes has no place for \(blockCount) blocks", at: offset)
        }
    }
}

/// A block of a disk as it stands in an archive: compressed or not, and not proven before it is hashed.
package struct ArchivedBlock: Sendable {
    package let index: UInt64
    package let payload: FramePayload
    /// Of its record, for messages.
    package let offset: UInt64
}
