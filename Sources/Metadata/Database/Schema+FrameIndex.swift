extension Schema {
    /// The index over the packs of one Region: a cache that `ferry rebuild-index` can make anew, so it has a file of its own.
    package static let frameIndex = Schema(
        "the index over the packs of a Region",
        landmark: "packs",
        remedy: "it is a cache: stop the server, move the file away with its -wal and -shm, and run ferry rebuild-index",
        isolation: .readCommitted,
        steps: [
            [
                "CREATE TABLE packs (number INTEGER PRIMARY KEY, id BYTEA NOT NULL UNIQUE, indexed_length BIGINT NOT NULL)",
                """
                CREATE TABLE frames (
                    address BYTEA PRIMARY KEY, pack BIGINT NOT NULL REFERENCES packs (number), position BIGINT NOT NULL,
                    stored_length BIGINT NOT NULL, plain_length BIGINT NOT NULL, kind BIGINT NOT NULL, codec BIGINT NOT NULL
                )
                """,
                "CREATE INDEX frames_by_place ON frames (pack, position)",
            ],
            [
                // Which collection found a frame alive last; docs/decisions/0006-garbage-collection.md.
                "ALTER TABLE frames ADD COLUMN generation BIGINT NOT NULL DEFAULT 0",
                // Maps are swept before blocks, and are a thousandth of the rows.
                "CREATE INDEX frames_of_maps ON frames (kind, generation) WHERE kind <> 1",
                "CREATE TABLE generations (last BIGINT NOT NULL)",
                "INSERT INTO generations (last) VALUES (0)",
            ],
            [
                // Damaged frames and the maps over them, which are stored anew when their content comes again.
                "CREATE TABLE doubts (address BYTEA PRIMARY KEY)"
            ],
            [
                // Whose key seals a frame; none for the open domain.
                "ALTER TABLE frames ADD COLUMN domain BYTEA",
                "CREATE INDEX frames_of_domains ON frames (domain) WHERE domain IS NOT NULL",
            ],
        ]
    )
}
