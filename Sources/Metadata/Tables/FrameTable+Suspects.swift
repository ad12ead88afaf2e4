/// What is known of damage. At most 1,024 addresses a call.
extension FrameTable {
    package func suspect(_ addresses: [[UInt8]]) throws {
        for address in addresses {
            try transaction.execute("INSERT INTO doubts (address) VALUES (?) ON CONFLICT (address) DO NOTHING", [.bytes(address)])
        }
    }

    package func trust(_ addresses: [[UInt8]]) throws {
        guard !addresses.isEmpty else { return }
        try transaction.execute(
            "DELETE FROM doubts WHERE address IN (\(Transaction.marks(addresses.count)))",
            addresses.map { .bytes($0) }
        )
    }

    /// Those of the addresses that are suspect.
    package func suspects(among addresses: [[UInt8]]) throws -> [[UInt8]] {
        guard !addresses.isEmpty else { return [] }
        return try transaction.rows(
            "SELECT address FROM doubts WHERE address IN (\(Transaction.marks(addresses.count)))",
            addresses.map { .bytes($0) }
        ).map { try $0.bytes("address") }
    }

    /// All of them: as many as there is damage.
    package func allSuspects() throws -> [[UInt8]] { try transaction.rows("SELECT address FROM doubts").map { try $0.bytes("address") } }
}
