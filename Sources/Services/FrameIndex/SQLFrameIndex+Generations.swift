import Blocks
import Metadata

extension SQLFrameIndex {
    package func generation() throws -> UInt64 {
        let last = try database.blockingRead { try FrameTable($0).generation() }
        guard let generation = UInt64(exactly: last) else { throw CorruptIndex(column: "generations.last") }
        return generation
    }

    /// The rows that the index is of; nil in one that is new.
    func identity() throws -> Identity? { try database.blockingRead { try IdentityTable($0).identity() } }

    /// Whether the index is one of other rows, or of before their last collection: it names places that packs do not have any more.
    func isOfOthers(than rows: Identity) throws -> Bool {
        let (identity, generation) = try database.blockingRead { transaction in
            (try IdentityTable(transaction).identity(), try FrameTable(transaction).generation())
        }
        return identity.map { $0.id != rows.id } ?? false || UInt64(generation) < rows.collections
    }

    /// Whether no store was ever opened with the index: it was made a moment ago, or its making was cut off.
    var isNew: Bool {
        get throws { try identity() == nil && indexedLengths().values.allSatisfy { $0 == 0 } }
    }

    /// Says whose the index is, and that no collection was before its own.
    func belong(to rows: Identity) throws {
        try database.blockingWrite { transaction in
            let identities = IdentityTable(transaction)
            if try identities.identity()?.id != rows.id { try identities.set(Identity(id: rows.id, place: rows.place)) }
            try FrameTable(transaction).raiseGeneration(to: Int64(rows.collections))
        }
    }

    package func beginGeneration() throws -> UInt64 { UInt64(try database.blockingWrite { try FrameTable($0).beginGeneration() }) }

    package func mark(_ addresses: [Digest], generation: UInt64) throws -> Set<Digest> {
        var missing = Set(addresses)
        for batch in Self.batches(Array(missing)) {
            // Read first: what is marked already costs no transaction that is synced.
            var found = try database.blockingRead { try FrameTable($0).generations(of: batch) }
            if found.contains(where: { $0.generation < generation }) {
                found = try database.blockingWrite { transaction in
                    let table = FrameTable(transaction)
                    try table.mark(batch, generation: Int64(generation))
                    // Looked up once more, because some may have been removed meanwhile.
                    return try table.generations(of: batch)
                }
            }
            for row in found { missing.remove(try Self.digest(row.address)) }
        }
        return missing
    }

    package func mark(all domain: SealDomainID, generation: UInt64) throws {
        try database.blockingWrite { try FrameTable($0).mark(allOf: domain.bytes, generation: Int64(generation)) }
    }

    package func stale(_ addresses: [Digest], before generation: UInt64) throws -> [Digest: FrameKind] {
        var stale: [Digest: FrameKind] = [:]
        for batch in Self.batches(addresses) {
            for row in try database.blockingRead({ try FrameTable($0).generations(of: batch) }) where row.generation < generation {
                guard let kind = UInt8(exactly: row.kind).flatMap(FrameKind.init(rawValue:)) else {
                    throw CorruptIndex(column: "frames.kind")
                }
                stale[try Self.digest(row.address)] = kind
            }
        }
        return stale
    }

    package func staleMaps(_ kind: FrameKind, before generation: UInt64, limit: Int) throws -> [IndexedFrame] {
        try database.blockingRead {
            try FrameTable($0).staleMaps(kind: Int64(kind.rawValue), before: Int64(generation), limit: limit)
        }.map(IndexedFrame.init(row:))
    }

    package func remove(_ addresses: [Digest], before generation: UInt64) throws -> Set<Digest> {
        let removed = try database.blockingWrite { transaction in
            try Self.batches(addresses).flatMap { try FrameTable(transaction).remove($0, before: Int64(generation)) }
        }
        return Set(try removed.map(Self.digest))
    }

    package func removePack(_ pack: PackID) throws { try database.blockingWrite { try FrameTable($0).removePack(pack.bytes) } }

    private static func digest(_ bytes: [UInt8]) throws -> Digest {
        guard let digest = Digest(bytes: bytes) else { throw CorruptIndex(column: "frames.address") }
        return digest
    }
}
