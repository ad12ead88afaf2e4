import Blocks
import Metadata

/// The index over a Region's packs, in a database of its own.
package struct SQLFrameIndex: FrameIndex {
    let database: Database

    package init(_ database: Database) { self.database = database }

    package func locate(_ addresses: [Digest]) throws -> [Digest: FrameLocation] {
        var found: [Digest: FrameLocation] = [:]
        for batch in Self.batches(addresses) {
            for row in try database.blockingRead({ try FrameTable($0).frames(addresses: batch) }) {
                let frame = try IndexedFrame(row: row)
                found[frame.address] = frame.location
            }
        }
        return found
    }

    package func known(among addresses: [Digest], since generation: UInt64) throws -> Set<Digest> {
        var known: Set<Digest> = []
        for batch in Self.batches(addresses) {
            for address in try database.blockingRead({ try FrameTable($0).known(among: batch, since: Int64(generation)) }) {
                guard let digest = Digest(bytes: address) else { throw CorruptIndex(column: "frames.address") }
                known.insert(digest)
            }
        }
        return known
    }

    package func commit(_ frames: [IndexedFrame], indexedLengths: [PackID: UInt64]) throws {
        try database.blockingWrite { transaction in
            try FrameTable(transaction).insert(
                frames.map(FrameRow.init(frame:)),
                indexedLengths: indexedLengths.map { (pack: $0.key.bytes, length: Int64($0.value)) }
            )
        }
    }

    package func indexedLengths() throws -> [PackID: UInt64] {
        let rows = try database.blockingRead { try FrameTable($0).indexedLengths() }
        return try rows.reduce(into: [:]) { lengths, row in
            guard let pack = PackID(bytes: row.pack) else { throw CorruptIndex(column: "packs.id") }
            guard let length = UInt64(exactly: row.length) else { throw CorruptIndex(column: "packs.indexed_length") }
            lengths[pack] = length
        }
    }

    package func frames(in pack: PackID, after offset: UInt64, limit: Int) throws -> [IndexedFrame] {
        let rows = try database.blockingRead { try FrameTable($0).frames(in: pack.bytes, after: Int64(offset), limit: limit) }
        return try rows.map(IndexedFrame.init(row:))
    }

    package func relocate(_ relocations: [Relocation], indexedLengths: [PackID: UInt64]) throws -> Int {
        try database.blockingWrite { transaction in
            let table = FrameTable(transaction)
            try table.insert([], indexedLengths: indexedLengths.map { (pack: $0.key.bytes, length: Int64($0.value)) })
            return try relocations.count { relocation in
                try table.move(
                    FrameRow(frame: IndexedFrame(address: relocation.address, location: relocation.to)),
                    fromPack: relocation.from.pack.bytes,
                    position: Int64(relocation.from.offset)
                )
            }
        }
    }

    package func verify() throws {
        do {
            try database.check(thoroughly: true)
        } catch let error as DatabaseDamaged {
            throw DamagedIndex(path: error.path, cause: error.cause)
        }
        // What SQLite takes for a value and cannot be one.
        let count = try database.blockingRead { transaction in
            try FrameTable(transaction).impossibleRows(
                blockBytes: Int64(BlockSize.bytes),
                kinds: FrameKind.allCases.map(\.rawValue),
                codecs: FrameCodec.allCases.map(\.rawValue)
            )
        }
        if count > 0 { throw DamagedIndex(path: database.path, cause: "\(count) rows have values that cannot be") }
    }

    package func removeAll() throws { try database.blockingWrite { try FrameTable($0).removeAll() } }

    /// As many as a statement takes, as their bytes.
    static func batches(_ addresses: [Digest]) -> [[[UInt8]]] {
        stride(from: 0, to: addresses.count, by: 1024).map { start in
            addresses[start..<min(start + 1024, addresses.count)].map(\.bytes)
        }
    }
}

/// A row of the index makes no sense: `ferry rebuild-index` makes it anew.
package struct CorruptIndex: Error, CustomStringConvertible {
    package let column: String

    package var description: String {
        "a row of the index has no value of the right kind for \(column): stop the server and run `ferry rebuild-index`"
    }
}

extension IndexedFrame {
    init(row: FrameRow) throws {
        guard let address = Digest(bytes: row.address) else { throw CorruptIndex(column: "frames.address") }
        guard let pack = PackID(bytes: row.pack) else { throw CorruptIndex(column: "packs.id") }
        guard let kind = UInt8(exactly: row.kind).flatMap(FrameKind.init(rawValue:)) else { throw CorruptIndex(column: "frames.kind") }
        guard let codec = UInt8(exactly: row.codec).flatMap(FrameCodec.init(rawValue:)) else { throw CorruptIndex(column: "frames.codec") }
        guard let position = UInt64(exactly: row.position) else { throw CorruptIndex(column: "frames.position") }
        guard let stored = UInt32(exactly: row.storedLength) else { throw CorruptIndex(column: "frames.stored_length") }
        guard let plain = UInt32(exactly: row.plainLength) else { throw CorruptIndex(column: "frames.plain_length") }
        guard let generation = UInt64(exactly: row.generation) else { throw CorruptIndex(column: "frames.generation") }
        self.init(
            address: address,
            location: FrameLocation(
                pack: pack,
                offset: position,
                storedLength: stored,
                plainLength: plain,
                kind: kind,
                codec: codec,
                domain: try Self.domain(row.domain)
            ),
            generation: generation
        )
    }
}

extension IndexedFrame {
    private static func domain(_ bytes: [UInt8]?) throws -> SealDomainID {
        guard let bytes else { return .open }
        guard let domain = SealDomainID(bytes: bytes) else { throw CorruptIndex(column: "frames.domain") }
        return domain
    }
}

extension FrameRow {
    fileprivate init(frame: IndexedFrame) {
        let location = frame.location
        self.init(
            address: frame.address.bytes,
            pack: location.pack.bytes,
            position: Int64(location.offset),
            storedLength: Int64(location.storedLength),
            plainLength: Int64(location.plainLength),
            kind: Int64(location.kind.rawValue),
            codec: Int64(location.codec.rawValue),
            generation: Int64(frame.generation),
            domain: location.domain == .open ? nil : location.domain.bytes
        )
    }
}
