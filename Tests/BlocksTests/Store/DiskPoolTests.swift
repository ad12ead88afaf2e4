import Blocks
import Testing

struct DiskPoolTests {
    private struct Failure: Error {}

    @Test func runsReturnsAndThrows() async throws {
        let pool = DiskPool(threads: 2)
        #expect(try await pool.run { 42 } == 42)
        await #expect(throws: Failure.self) { try await pool.run { () throws -> Void in throw Failure() } }
        let cancelled = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await pool.run { _ = Issue.record("ran although cancelled") }
        }
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        try await pool.shutdown()
        await expectStoreError(.closed) { try await pool.run { _ = Issue.record("ran although shut down") } }
    }
}
