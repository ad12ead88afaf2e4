extension Schema {
    /// Who holds which frames of a Region: a database that is made to count them once, and thrown away.
    package static let usage = Schema(
        "a count of who holds which frames",
        landmark: "links",
        remedy: "it is made anew by ferry du",
        steps: [
            [
                // The snapshot and the image that alone hold a frame: 0 when several do, NULL until that is settled.
                """
                CREATE TABLE frames (
                    number INTEGER PRIMARY KEY, address BYTEA NOT NULL UNIQUE, kind BIGINT NOT NULL, bytes BIGINT NOT NULL,
                    snapshot BIGINT, image BIGINT
                )
                """,
                "CREATE TABLE links (parent BIGINT NOT NULL, child BIGINT NOT NULL, PRIMARY KEY (parent, child))",
                // What is held by a row and not only by the map over it.
                "CREATE TABLE holders (frame BIGINT NOT NULL, snapshot BIGINT NOT NULL, image BIGINT NOT NULL)",
                "CREATE INDEX holders_by_frame ON holders (frame)",
                "CREATE TABLE images (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE)",
                "CREATE TABLE snapshots (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, root BIGINT NOT NULL)",
            ]
        ]
    )
}
