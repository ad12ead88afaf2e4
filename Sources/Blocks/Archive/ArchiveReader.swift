import NIOCore

/// Reads an archive from front to back: its metadata, its disks, and the blocks of each.
///
/// Nothing is proven of an archive before `nextDisk` has returned nil, and of a disk before its root has been compared: `DiskRestore`.
package struct ArchiveReader<Source: ArchiveSource> {
    /// What the writer was given; any bytes, at most 1 MiB.
    package let metadata: ByteBuffer
    private var source: Source
    private var parser: ArchiveParser
    /// Read already, and not asked for.
    private var ahead: ArchiveParser.Item?

    /// Reads the metadata, and no further than the piece in which they end.
    ///
    /// - Throws: `ArchiveError`, or what the source throws.
    package init(_ source: Source) async throws {
        var (source, parser) = (source, ArchiveParser())
        guard case .metadata(let metadata) = try await Self.item(of: &source, &parser) else {
            throw ArchiveError(.malformed, "it has no metadata")
        }
        self.metadata = metadata
        self.source = source
        self.parser = parser
    }

    /// The next disk; blocks of the one before that were not read are passed over. Nil at the end, which has been proven then.
    package mutating func nextDisk() async throws -> ArchivedDisk? {
        while true {
            switch try await take() {
            case .disk(let disk): return disk
            case .end:
                ahead = .end
                // Whatever came with the end, or comes behind it, is too much.
                _ = try parser.next()
                while let piece = try await source.next() {
                    parser.add(piece)
                    _ = try parser.next()
                }
                return nil
            case .metadata, .block: continue
            }
        }
    }

    /// The next block of the disk, nil behind its last.
    package mutating func nextBlock() async throws -> ArchivedBlock? {
        let item = try await take()
        if case .block(let block) = item { return block }
        ahead = item
        return nil
    }

    private mutating func take() async throws -> ArchiveParser.Item {
        if let item = ahead {
            ahead = nil
            return item
        }
        return try await Self.item(of: &source, &parser)
    }

    private static func item(of source: inout Source, _ parser: inout ArchiveParser) async throws -> ArchiveParser.Item {
        while true {
            if let item = try parser.next() { return item }
            guard let piece = try await source.next() else {
                try parser.finish()
                return .end
            }
            parser.add(piece)
        }
    }
}
