import NIOCore

/// Takes an archive apart, however its bytes are cut, and holds no more of it than a record and a piece.
///
/// What it lets through is in order, within the limits and as it was written. That a block has the right bytes shows in the root of its
/// disk, which whoever builds the map compares.
package struct ArchiveParser: Sendable {
    package enum Item: Sendable {
        case metadata(ByteBuffer)
        case disk(ArchivedDisk)
        case block(ArchivedBlock)
        /// All disks have come; nothing may follow.
        case end
    }

    private enum Place {
        case start
        case metadata
        case disks
        case end
    }

    private var buffer = ByteBuffer()
    /// Where the first byte of the buffer stands in the archive.
    private var offset: UInt64 = 0
    private var place = Place.start
    private var order = ArchiveOrder()
    private var failure: ArchiveError?

    package init() {}

    /// Adds the next bytes, when `next` has asked for them.
    package mutating func add(_ piece: ByteBuffer) {
        buffer.discardReadBytes()
        if buffer.readableBytes == 0 { buffer = piece } else { buffer.writeImmutableBuffer(piece) }
    }

    /// What stands next; nil when more bytes are needed for it, or behind the end. What it has thrown once it throws again.
    package mutating func next() throws(ArchiveError) -> Item? {
        if let failure { throw failure }
        do throws(ArchiveError) {
            return try parse()
        } catch {
            failure = error
            throw error
        }
    }

    /// There are no more bytes: throws unless the archive has come to its end.
    package func finish() throws(ArchiveError) {
        if let failure { throw failure }
        guard case .end = place else {
            throw ArchiveError(.cutOff, "\(buffer.readableBytes) bytes of a record have come, and no end", at: offset)
        }
    }

    private mutating func parse() throws(ArchiveError) -> Item? {
        if case .start = place {
            guard try readMagic() else { return nil }
            place = .metadata
        }
        if case .end = place {
            guard buffer.readableBytes == 0 else { throw ArchiveError(.malformed, "there are bytes behind the end", at: offset) }
            return nil
        }
        let start = offset
        guard let record = try ArchiveRecord.read(from: &buffer, at: start) else { return nil }
        offset += UInt64(ArchiveRecord.headerBytes + record.payload.readableBytes)
        return try item(record, at: start)
    }

    private mutating func item(_ record: ArchiveRecord, at start: UInt64) throws(ArchiveError) -> Item {
        switch (place, record.kind) {
        case (.metadata, .metadata):
            guard record.number == 0 else { throw ArchiveError(.malformed, "metadata with a number", at: start) }
            place = .disks
            return .metadata(record.payload)
        case (.disks, .disk):
            let disk = try ArchivedDisk(record, at: start)
            try order.begin(disk, at: start)
            return .disk(disk)
        case (.disks, .block):
            try order.add(record.number, at: start)
            return .block(try ArchivedBlock(record, at: start))
        case (.disks, .end):
            try order.end(disks: record.number, blocks: record.payload.readableBytesSpan.littleEndian(UInt64.self, at: 0), at: start)
            place = .end
            return .end
        default:
            throw ArchiveError(.malformed, "a record of the kind \(record.kind) stands out of order", at: start)
        }
    }

    /// False when it has not come whole.
    private mutating func readMagic() throws(ArchiveError) -> Bool {
        let magic = ArchiveLimits.magic
        let begun = min(magic.count, buffer.readableBytes)
        guard buffer.readableBytesView.prefix(begun).elementsEqual(magic.prefix(begun)) else {
            throw ArchiveError(.notAnArchive, "it does not begin as one")
        }
        guard buffer.readableBytes > magic.count, let head = buffer.readBytes(length: magic.count + 1) else { return false }
        let version = head[magic.count]
        guard version == ArchiveLimits.version else {
            throw ArchiveError(.unknownVersion, "it has the version \(version), known is \(ArchiveLimits.version)")
        }
        offset = UInt64(head.count)
        return true
    }
}

extension ArchivedBlock {
    /// Checks what can be told of a block without decompressing it.
    fileprivate init(_ record: ArchiveRecord, at offset: UInt64) throws(ArchiveError) {
        let bytes = record.payload
        let isBlock =
            switch record.codec {
            case .raw: bytes.readableBytes == BlockSize.bytes
            case .zstd: bytes.readableBytes < BlockSize.bytes && Zstd.isFrame(bytes, of: BlockSize.bytes)
            }
        guard isBlock else {
            throw ArchiveError(.malformed, "block \(record.number) is not \(BlockSize.bytes) bytes, raw or in one zstd frame", at: offset)
        }
        self.init(
            index: record.number,
            payload: FramePayload(kind: .block, codec: record.codec, plainLength: UInt32(BlockSize.bytes), bytes: bytes),
            offset: offset
        )
    }
}
