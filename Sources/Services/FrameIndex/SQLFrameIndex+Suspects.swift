import Blocks
import Metadata

extension SQLFrameIndex {
    package func suspect(_ addresses: [Digest]) throws {
        try database.blockingWrite { transaction in
            for batch in Self.batches(addresses) { try FrameTable(transaction).suspect(batch) }
        }
    }

    package func trust(_ addresses: [Digest]) throws {
        try database.blockingWrite { transaction in
            for batch in Self.batches(addresses) { try FrameTable(transaction).trust(batch) }
        }
    }

    package func suspects(among addresses: [Digest]?) throws -> Set<Digest> {
        let rows = try database.blockingRead { transaction in
            let table = FrameTable(transaction)
            guard let addresses else { return try table.allSuspects() }
            return try Self.batches(addresses).flatMap { try table.suspects(among: $0) }
        }
        return Set(
            try rows.map { row in
                guard let address = Digest(bytes: row) else { throw CorruptIndex(column: "doubts.address") }
                return address
            }
        )
    }
}
