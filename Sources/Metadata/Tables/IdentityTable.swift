/// Who a database is, and how far it has come: one row, in a table that every kind of database may have.
///
/// It tells the rows, the index and the packs of a Region that belong together from those of another Region, folder or day.
package struct IdentityTable {
    private let transaction: Transaction

    package init(_ transaction: Transaction) { self.transaction = transaction }

    /// Nil for a database of before there were identities.
    package func identity() throws -> Identity? {
        guard try transaction.hasTable("identity") else { return nil }
        return try transaction.firstRow("SELECT * FROM identity").map { row in
            Identity(
                id: try row.bytes("id"),
                place: try row.text("place"),
                folder: try row.optionalBytes("folder"),
                commits: UInt64(try row.integer("commits")),
                collections: UInt64(try row.integer("collections")),
                isWithoutPacks: try row.integer("without_packs") != 0
            )
        }
    }

    /// Gives the database an identity, in place of the one that it had.
    package func set(_ identity: Identity) throws {
        try transaction.define(
            """
            CREATE TABLE IF NOT EXISTS identity (
                id BYTEA NOT NULL, place TEXT NOT NULL, folder BYTEA, commits BIGINT NOT NULL, collections BIGINT NOT NULL,
                without_packs BIGINT NOT NULL
            )
            """
        )
        try transaction.execute("DELETE FROM identity")
        try transaction.execute(
            "INSERT INTO identity (id, place, folder, commits, collections, without_packs) VALUES (?, ?, ?, ?, ?, ?)",
            [
                .bytes(identity.id), .text(identity.place), .bytes(identity.folder), .integer(identity.commits),
                .integer(identity.collections), .integer(identity.isWithoutPacks ? 1 : 0),
            ]
        )
    }

    /// Counts the commit that the transaction ends with, and returns its number.
    func countCommit() throws -> UInt64 {
        UInt64(try transaction.firstRow("UPDATE identity SET commits = commits + 1 RETURNING commits")?.integer("commits") ?? 0)
    }

    /// Notes that a collection has begun under this number of the index.
    package func setCollections(_ number: UInt64) throws {
        try transaction.execute("UPDATE identity SET collections = ?", [.integer(number)])
    }
}

package struct Identity: Hashable, Sendable {
    /// Random, 16 bytes.
    package let id: [UInt8]
    /// What it is the database of: a Region, or the directory.
    package let place: String
    /// The id of the directory that rows belong to.
    package var folder: [UInt8]?
    /// How many commits there have been.
    package var commits: UInt64
    /// The number of the last collection that went by these rows.
    package var collections: UInt64
    /// That the packs of a Region are gone, and an operator goes on without them.
    package var isWithoutPacks: Bool

    package init(
        id: [UInt8],
        place: String,
        folder: [UInt8]? = nil,
        commits: UInt64 = 0,
        collections: UInt64 = 0,
        isWithoutPacks: Bool = false
    ) {
        self.id = id
        self.place = place
        self.folder = folder
        self.commits = commits
        self.collections = collections
        self.isWithoutPacks = isWithoutPacks
    }

    package static func randomID() -> [UInt8] { (0..<16).map { _ in .random(in: 0...255) } }
}
