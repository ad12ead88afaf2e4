import Blocks
import TestSupport
import Testing

@Suite struct CollectionHistoryTests {
    /// Nothing that a row refers to is ever lost, and once it is quiet nothing else is left.
    ///
    /// The last seed leaves a page whose block a power cut took.
    @Test(arguments: seeds(16) + [8_422_862_042])
    func whatIsReachableStaysAndTheRestGoes(seed: UInt64) async throws {
        try await Place.withPool { pool in
            var history = try await CollectionHistory(pool: pool, seed: seed)
            for bout in 0..<6 {
                try await history.bout(failing: bout % 2 == 1)
                if bout % 3 == 2 {
                    try await history.reopen()
                    try await history.collectQuietly()
                }
            }
            history.deleteAll()
            try await history.reopen()
            try await history.collectQuietly()
            let packs = try history.packs
            #expect(packs == [])
        }
    }
}
