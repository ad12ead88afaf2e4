import Domain
import Foundation
import Metadata

/// What one process at a time does for a Region, of all that share its rows: under a lease, like a row of long work.
struct Duty: Sendable {
    private static let renewalInterval: Duration = .seconds(10)

    /// Its row.
    let id: String
    let database: Database
    let clock: WallClock
    /// Names this process in the lease.
    private let owner = UUID().uuidString

    init(_ id: String, in database: Database, clock: WallClock) {
        self.id = id
        self.database = database
        self.clock = clock
    }

    /// Runs `body` under the lease, which is renewed meanwhile. Nil when another process has it: then nothing was done.
    ///
    /// - Throws: `NoLongerWanted` when the lease was lost, and `body` stopped.
    func perform<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value? {
        let now = clock.now
        let lease = Lease(of: owner, at: now)
        guard try await database.write({ try LeaseTable(.duties, $0).take(id, lease, at: now) }) else { return nil }
        let held = HeldLease(id: id, owner: owner, rows: .duties, database: database, clock: clock) { _ in }
        let (lost, loss) = AsyncStream<Never>.makeStream()
        let renewal = Task {
            defer { loss.finish() }
            while true {
                try await Task.sleep(for: Self.renewalInterval)
                try await held.save { _ in }
            }
        }
        defer { renewal.cancel() }
        let result: Result<Value, any Error>
        do {
            result = .success(try await unlessStopped(by: lost, throwing: NoLongerWanted(), body))
        } catch {
            result = .failure(error)
        }
        try await held.giveBack()
        return try result.get()
    }
}
