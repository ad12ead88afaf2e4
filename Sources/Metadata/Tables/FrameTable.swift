/// Where frames stand in the packs of a Region: rows of the index, which is a cache.
package struct FrameTable {
    let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// The rows of those addresses that are known. At most 1,024 addresses a call.
    package func frames(addresses: [[UInt8]]) throws -> [FrameRow] {
        guard !addresses.isEmpty else { return [] }
        return try transaction.rows(
            """
            SELECT frames.*, packs.id AS pack_id FROM frames JOIN packs ON packs.number = frames.pack
            WHERE address IN (\(Transaction.marks(addresses.count)))
            """,
            addresses.map { .bytes($0) }
        ).map(FrameRow.init)
    }

    /// Those of the addresses that are known with this generation or a later one. At most 1,024 addresses a call.
    package func known(among addresses: [[UInt8]], since generation: Int64) throws -> [[UInt8]] {
        guard !addresses.isEmpty else { return [] }
        return try transaction.rows(
            "SELECT address FROM frames WHERE address IN (\(Transaction.marks(addresses.count))) AND generation >= ?",
            addresses.map { .bytes($0) } + [.integer(generation)]
        ).map { try $0.bytes("address") }
    }

    /// Adds frames, keeping the first place and the highest generation of an address, and says how far each pack is indexed.
    package func insert(_ frames: [FrameRow], indexedLengths: [(pack: [UInt8], length: Int64)]) throws {
        var numbers: [[UInt8]: Int64] = [:]
        for (pack, length) in inOrder(indexedLengths, by: \.pack) {
            let number = try number(of: pack)
            numbers[pack] = number
            try transaction.execute(
                "UPDATE packs SET indexed_length = ? WHERE number = ? AND indexed_length < ?",
                [.integer(length), .integer(number), .integer(length)]
            )
        }
        for frame in inOrder(frames, by: \.address) {
            let number = try numbers[frame.pack] ?? number(of: frame.pack)
            numbers[frame.pack] = number
            try transaction.execute(
                """
                INSERT INTO frames (address, pack, position, stored_length, plain_length, kind, codec, generation, domain)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (address) DO UPDATE SET generation = excluded.generation WHERE frames.generation < excluded.generation
                """,
                [
                    .bytes(frame.address), .integer(number), .integer(frame.position), .integer(frame.storedLength),
                    .integer(frame.plainLength), .integer(frame.kind), .integer(frame.codec), .integer(frame.generation),
                    frame.domain.map { .bytes($0) } ?? .null,
                ]
            )
        }
    }

    package func indexedLengths() throws -> [(pack: [UInt8], length: Int64)] {
        try transaction.rows("SELECT id, indexed_length FROM packs").map { (try $0.bytes("id"), try $0.integer("indexed_length")) }
    }

    /// Each pack that frames stand in, and where the payload of its last frame ends, its header not counted.
    package func ends() throws -> [(pack: [UInt8], end: Int64)] {
        let sql =
            "SELECT packs.id AS id, MAX(position + stored_length) AS last FROM frames JOIN packs ON packs.number = pack GROUP BY packs.id"
        return try transaction.rows(sql).map { (try $0.bytes("id"), try $0.integer("last")) }
    }

    /// At most `limit` frames of a pack behind a position, ascending.
    package func frames(in pack: [UInt8], after position: Int64, limit: Int) throws -> [FrameRow] {
        let sql = """
            SELECT frames.*, packs.id AS pack_id FROM frames JOIN packs ON packs.number = frames.pack
            WHERE packs.id = ? AND position > ? ORDER BY position LIMIT ?
            """
        return try transaction.rows(sql, [.bytes(pack), .integer(position), .integer(limit)]).map(FrameRow.init)
    }

    /// How many frames there are, and the bytes of their payloads.
    package func total() throws -> (frames: Int64, storedBytes: Int64) {
        let row = try transaction.firstRow("SELECT COUNT(*) AS frames, COALESCE(SUM(stored_length), 0) AS bytes FROM frames")
        return try (row?.integer("frames") ?? 0, row?.integer("bytes") ?? 0)
    }

    /// How many rows have values that no frame, pack or round can have. Looks at all of them.
    ///
    /// - Parameters:
    ///   - kinds: the numbers of the kinds of frames that there are.
    ///   - codecs: the numbers of the codecs that there are.
    package func impossibleRows(blockBytes: Int64, kinds: [UInt8], codecs: [UInt8]) throws -> Int64 {
        let frames = """
            SELECT COUNT(*) AS found FROM frames WHERE address IS NULL OR length(address) <> 32 OR position < 0 OR position % 8 <> 0
            OR kind NOT IN (\(Transaction.marks(kinds.count))) OR codec NOT IN (\(Transaction.marks(codecs.count)))
            OR plain_length < 0 OR plain_length > 4294967295 OR (kind = 1 AND plain_length <> ?)
            OR stored_length < 16 OR stored_length > plain_length + 16 OR generation < 0 OR (domain IS NOT NULL AND length(domain) <> 16)
            """
        let packs = "SELECT COUNT(*) AS found FROM packs WHERE length(id) <> 16 OR indexed_length < 0"
        let orphans = "SELECT COUNT(*) AS found FROM frames WHERE NOT EXISTS (SELECT 1 FROM packs WHERE packs.number = frames.pack)"
        let queries: [(sql: String, values: [SQLValue])] = [
            (
                frames + untyped(bytes: ["address", "domain"], numbers: Self.numbers),
                (kinds + codecs).map { .integer(Int64($0)) } + [.integer(blockBytes)]
            ),
            (packs + untyped(bytes: ["id"], numbers: ["indexed_length"]), []), (orphans, []),
        ]
        return try queries.reduce(0) { count, query in
            try count + (transaction.firstRow(query.sql, query.values)?.integer("found") ?? 0)
        }
    }

    private static let numbers = ["position", "kind", "codec", "plain_length", "stored_length", "generation"]

    /// The condition that a value is not of its column's type, which SQLite does not see to.
    private func untyped(bytes: [String], numbers: [String]) -> String {
        guard transaction.isSQLite else { return "" }
        let conditions = bytes.map { "typeof(\($0)) NOT IN ('blob', 'null')" } + numbers.map { "typeof(\($0)) <> 'integer'" }
        return conditions.map { " OR " + $0 }.joined()
    }

    /// Rows in the order in which all writers take them: in different orders two of them would wait for each other for ever. SQLite has one writer.
    private func inOrder<Row>(_ rows: [Row], by key: (Row) -> [UInt8]) -> [Row] {
        transaction.isSQLite ? rows : rows.sorted { key($0).lexicographicallyPrecedes(key($1)) }
    }

    package func removeAll() throws {
        try transaction.execute("DELETE FROM doubts")
        try transaction.execute("DELETE FROM frames")
        try transaction.execute("DELETE FROM packs")
    }

    /// Gives a frame the place, lengths and codec of `frame` when it stands at `position` of `pack`. False when it does not.
    package func move(_ frame: FrameRow, fromPack pack: [UInt8], position: Int64) throws -> Bool {
        try transaction.execute(
            """
            UPDATE frames SET pack = ?, position = ?, stored_length = ?, plain_length = ?, codec = ?
            WHERE address = ? AND position = ? AND pack = (SELECT number FROM packs WHERE id = ?)
            """,
            [
                .integer(try number(of: frame.pack)), .integer(frame.position), .integer(frame.storedLength),
                .integer(frame.plainLength), .integer(frame.codec), .bytes(frame.address), .integer(position), .bytes(pack),
            ]
        ) == 1
    }

    private func number(of pack: [UInt8]) throws -> Int64 {
        try transaction.execute(
            "INSERT INTO packs (id, indexed_length) VALUES (?, 0) ON CONFLICT (id) DO NOTHING",
            [.bytes(pack)]
        )
        let row = try transaction.firstRow("SELECT number FROM packs WHERE id = ?", [.bytes(pack)])
        guard let row else { throw CorruptRow(column: "number") }
        return try row.integer("number")
    }
}

/// One row of the index.
package struct FrameRow: Sendable {
    package let address: [UInt8]
    package let pack: [UInt8]
    package let position: Int64
    package let storedLength: Int64
    package let plainLength: Int64
    package let kind: Int64
    package let codec: Int64
    package let generation: Int64
    /// Nil for the open domain.
    package let domain: [UInt8]?

    package init(
        address: [UInt8],
        pack: [UInt8],
        position: Int64,
        storedLength: Int64,
        plainLength: Int64,
        kind: Int64,
        codec: Int64,
        generation: Int64 = 0,
        domain: [UInt8]? = nil
    ) {
        self.address = address
        self.pack = pack
        self.position = position
        self.storedLength = storedLength
        self.plainLength = plainLength
        self.kind = kind
        self.codec = codec
        self.generation = generation
        self.domain = domain
    }

    init(_ row: SQLRow) throws {
        try self.init(
            address: row.bytes("address"),
            pack: row.bytes("pack_id"),
            position: row.integer("position"),
            storedLength: row.integer("stored_length"),
            plainLength: row.integer("plain_length"),
            kind: row.integer("kind"),
            codec: row.integer("codec"),
            generation: row.integer("generation"),
            domain: row.optionalBytes("domain")
        )
    }
}
