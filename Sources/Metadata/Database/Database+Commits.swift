import GRDB
import Synchronization

extension Database {
    /// Calls `body` before each commit from now on; when it throws, the transaction is taken back and its caller gets the error.
    ///
    /// The one seam for tests of what becomes of work whose rows cannot be written: nothing in the product calls it.
    package func beforeEachCommit(_ body: @escaping @Sendable () throws -> Void) {
        switch engine {
        case .sqlite(let file): file.pool.add(transactionObserver: CommitObserver(body), extent: .databaseLifetime)
        case .postgres(let rows): rows.observers.withLock { $0.append(body) }
        }
    }
}

private final class CommitObserver: TransactionObserver {
    private let body: @Sendable () throws -> Void

    init(_ body: @escaping @Sendable () throws -> Void) { self.body = body }

    func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { false }
    func databaseDidChange(with event: DatabaseEvent) {}
    func databaseWillCommit() throws { try body() }
    func databaseDidCommit(_ db: GRDB.Database) {}
    func databaseDidRollback(_ db: GRDB.Database) {}
}
