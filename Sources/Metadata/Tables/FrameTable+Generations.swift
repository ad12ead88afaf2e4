/// What collections read and write: the generation of frames. At most 1,024 addresses a call.
extension FrameTable {
    /// The last generation that was begun.
    package func generation() throws -> Int64 {
        guard let row = try transaction.firstRow("SELECT last FROM generations") else { throw CorruptRow(column: "last") }
        return try row.integer("last")
    }

    /// Begins the next generation.
    package func beginGeneration() throws -> Int64 {
        try transaction.execute("UPDATE generations SET last = last + 1")
        return try generation()
    }

    /// A generation that rows know of is not begun again.
    package func raiseGeneration(to number: Int64) throws {
        try transaction.execute("UPDATE generations SET last = ? WHERE last < ?", [.integer(number), .integer(number)])
    }

    /// Those of the addresses that are known, with their kinds and generations.
    package func generations(of addresses: [[UInt8]]) throws -> [(address: [UInt8], kind: Int64, generation: Int64)] {
        guard !addresses.isEmpty else { return [] }
        return try transaction.rows(
            "SELECT address, kind, generation FROM frames WHERE address IN (\(Transaction.marks(addresses.count)))",
            addresses.map { .bytes($0) }
        ).map { (try $0.bytes("address"), try $0.integer("kind"), try $0.integer("generation")) }
    }

    /// Raises frames to a generation.
    package func mark(_ addresses: [[UInt8]], generation: Int64) throws {
        guard !addresses.isEmpty else { return }
        try lock(addresses)
        try transaction.execute(
            "UPDATE frames SET generation = ? WHERE generation < ? AND address IN (\(Transaction.marks(addresses.count)))",
            [.integer(generation), .integer(generation)] + addresses.map { .bytes($0) }
        )
    }

    /// Raises all frames of a domain to a generation.
    package func mark(allOf domain: [UInt8], generation: Int64) throws {
        try transaction.execute(
            "UPDATE frames SET generation = ? WHERE domain = ? AND generation < ?",
            [.integer(generation), .bytes(domain), .integer(generation)]
        )
    }

    /// At most `limit` pages or roots, by their kind, of an older generation.
    package func staleMaps(kind: Int64, before generation: Int64, limit: Int) throws -> [FrameRow] {
        // That it is no block is said once more in a form in which the planner sees that the index over maps holds all of them.
        let sql = """
            SELECT frames.*, packs.id AS pack_id FROM frames JOIN packs ON packs.number = frames.pack
            WHERE kind = ? AND kind <> 1 AND generation < ? LIMIT ?
            """
        return try transaction.rows(sql, [.integer(kind), .integer(generation), .integer(limit)]).map(FrameRow.init)
    }

    /// Removes those of the addresses that are of an older generation, and returns them.
    package func remove(_ addresses: [[UInt8]], before generation: Int64) throws -> [[UInt8]] {
        guard !addresses.isEmpty else { return [] }
        try lock(addresses)
        // In one statement: a frame that a writer raises meanwhile stays.
        let removed = try transaction.rows(
            "DELETE FROM frames WHERE address IN (\(Transaction.marks(addresses.count))) AND generation < ? RETURNING address",
            addresses.map { .bytes($0) } + [.integer(generation)]
        ).map { try $0.bytes("address") }
        try trust(removed)
        return removed
    }

    /// Locks rows in the order in which all writers take them, so that no two wait for each other. SQLite has one writer.
    private func lock(_ addresses: [[UInt8]]) throws {
        guard !transaction.isSQLite else { return }
        _ = try transaction.rows(
            "SELECT address FROM frames WHERE address IN (\(Transaction.marks(addresses.count))) ORDER BY address FOR UPDATE",
            addresses.map { .bytes($0) }
        )
    }

    /// Removes a pack that has no frames.
    package func removePack(_ pack: [UInt8]) throws {
        try transaction.execute(
            "DELETE FROM packs WHERE id = ? AND NOT EXISTS (SELECT 1 FROM frames WHERE frames.pack = packs.number)",
            [.bytes(pack)]
        )
    }
}
