import Domain

/// Who holds which frames: filled from the roots down, then settled, then asked.
package struct UsageTable {
    /// Stands for what is being uploaded or copied, which is no snapshot's and no image's yet.
    private static let unfinished: Int64 = -1
    /// Stands for all objects in buckets.
    private static let objects = (snapshot: Int64(-2), image: Int64.min)
    /// Stands for all volumes.
    private static let volumes = (snapshot: Int64(-3), image: Int64.min + 1)

    let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// Enters a frame, unless it is known, and returns its number.
    package func add(_ address: [UInt8], kind: Int64, bytes: Int64) throws -> Int64 {
        try transaction.execute(
            "INSERT INTO frames (address, kind, bytes) VALUES (?, ?, ?) ON CONFLICT (address) DO NOTHING",
            [.bytes(address), .integer(kind), .integer(bytes)]
        )
        let row = try transaction.firstRow("SELECT number FROM frames WHERE address = ?", [.bytes(address)])
        guard let row else { throw CorruptRow(column: "number") }
        return try row.integer("number")
    }

    /// A map lists a frame.
    package func link(_ parent: Int64, to child: Int64) throws {
        try transaction.execute(
            "INSERT INTO links (parent, child) VALUES (?, ?) ON CONFLICT (parent, child) DO NOTHING",
            [.integer(parent), .integer(child)]
        )
    }

    /// Enters a completed snapshot. `image` is the one that alone uses it.
    package func hold(_ root: Int64, by id: SnapshotID, image: ImageID?) throws {
        try transaction.execute("INSERT INTO snapshots (id, root) VALUES (?, ?)", [.text(id), .integer(root)])
        let snapshot = try number(of: id.rawValue, in: "snapshots")
        guard let image else { return try hold(root, snapshot: snapshot, image: Self.unfinished - snapshot) }
        try transaction.execute("INSERT INTO images (id) VALUES (?) ON CONFLICT (id) DO NOTHING", [.text(image)])
        try hold(root, snapshot: snapshot, image: number(of: image.rawValue, in: "images"))
    }

    /// Enters what an upload or a copy keeps.
    package func holdUnfinished(_ frame: Int64) throws { try hold(frame, snapshot: Self.unfinished, image: Self.unfinished) }

    /// Enters what an object in a bucket consists of.
    package func holdByObject(_ frame: Int64) throws { try hold(frame, snapshot: Self.objects.snapshot, image: Self.objects.image) }

    /// Enters what a volume was made of.
    package func holdByVolume(_ frame: Int64) throws { try hold(frame, snapshot: Self.volumes.snapshot, image: Self.volumes.image) }

    private func hold(_ frame: Int64, snapshot: Int64, image: Int64) throws {
        try transaction.execute(
            "INSERT INTO holders (frame, snapshot, image) VALUES (?, ?, ?)",
            [.integer(frame), .integer(snapshot), .integer(image)]
        )
    }

    /// Whether a snapshot was completed when this was counted.
    package func knows(_ id: SnapshotID) throws -> Bool {
        try transaction.firstRow("SELECT 1 AS found FROM snapshots WHERE id = ?", [.text(id)]) != nil
    }

    private func number(of id: String, in table: String) throws -> Int64 {
        guard let row = try transaction.firstRow("SELECT number FROM \(table) WHERE id = ?", [.text(id)]) else {
            throw CorruptRow(column: "number")
        }
        return try row.integer("number")
    }

    /// The frames of a kind behind a number and up to another, at most `limit`, ascending.
    package func frames(kind: Int64, after number: Int64, upTo last: Int64, limit: Int) throws -> [(number: Int64, address: [UInt8])] {
        let sql = "SELECT number, address FROM frames WHERE kind = ? AND number > ? AND number <= ? ORDER BY number LIMIT ?"
        return try transaction.rows(sql, [.integer(kind), .integer(number), .integer(last), .integer(limit)]).map {
            (try $0.integer("number"), try $0.bytes("address"))
        }
    }

    /// The frames of a kind that a snapshot alone holds, behind a number, at most `limit`, ascending. Only when they are settled.
    package func alone(
        _ id: SnapshotID,
        kind: Int64,
        after number: Int64,
        limit: Int
    ) throws -> [(number: Int64, address: [UInt8])] {
        let sql = """
            SELECT number, address FROM frames
            WHERE snapshot = (SELECT number FROM snapshots WHERE id = ?) AND kind = ? AND number > ? ORDER BY number LIMIT ?
            """
        return try transaction.rows(sql, [.text(id), .integer(kind), .integer(number), .integer(limit)]).map {
            (try $0.integer("number"), try $0.bytes("address"))
        }
    }

    /// How many frames of a kind a snapshot alone holds. Only when they are settled.
    package func aloneCount(_ id: SnapshotID, kind: Int64) throws -> Int64 {
        let sql = "SELECT COUNT(*) AS count FROM frames WHERE snapshot = (SELECT number FROM snapshots WHERE id = ?) AND kind = ?"
        return try transaction.firstRow(sql, [.text(id), .integer(kind)])?.integer("count") ?? 0
    }

    /// The highest number of a frame, 0 when there is none.
    package func lastFrame() throws -> Int64 {
        try transaction.firstRow("SELECT COALESCE(MAX(number), 0) AS last FROM frames")?.integer("last") ?? 0
    }

    /// Says of all frames who holds them alone, kind after kind: those of a kind must be settled before those that they list.
    package func settle(kinds: [Int64]) throws {
        try transaction.execute("CREATE INDEX links_by_child ON links (child)")
        for kind in kinds {
            try transaction.execute(
                """
                UPDATE frames SET (snapshot, image) = (
                    SELECT CASE WHEN MIN(held.snapshot) = MAX(held.snapshot) THEN MIN(held.snapshot) ELSE 0 END,
                        CASE WHEN MIN(held.image) = MAX(held.image) THEN MIN(held.image) ELSE 0 END
                    FROM (
                        SELECT holders.snapshot, holders.image FROM holders WHERE holders.frame = frames.number
                        UNION ALL
                        SELECT maps.snapshot, maps.image FROM links JOIN frames AS maps ON maps.number = links.parent
                        WHERE links.child = frames.number
                    ) AS held
                ) WHERE kind = ?
                """,
                [.integer(kind)]
            )
        }
        try transaction.execute("CREATE INDEX frames_by_snapshot ON frames (snapshot)")
        try transaction.execute("CREATE INDEX frames_by_image ON frames (image)")
    }
}
