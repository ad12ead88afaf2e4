import Domain
import Foundation
import Metadata
import Synchronization
import TestSupport
import Testing

/// Connections to PostgreSQL end at the worst moments, and nothing is lost or done twice.
@Suite(.enabled(if: !TestRows.areInFiles)) struct LostConnectionTests {
    private static let image = TaggableResource.image(numbered(1))

    /// Adds one to a count, so that twice shows.
    private static func count(_ transaction: Transaction) throws {
        let count = Int(try TagTable(transaction).tags(of: image).first?.value ?? "0") ?? 0
        try TagTable(transaction).set([Tag(key: "count", value: String(count + 1))], on: image)
    }

    private static func counted(_ database: Database) throws -> String? {
        try database.blockingRead { try TagTable($0).tags(of: image).first?.value }
    }

    /// The connection goes between transactions, as when PostgreSQL was started anew.
    @Test func whatWasIdleConnectsAgain() throws {
        let temporary = try TemporaryDatabase()
        try temporary.write(Self.count)
        #expect(try Self.counted(temporary.database) == "1")
        let other = try temporary.openAgain()
        for _ in 0..<3 {
            try other.blockingWrite { transaction in
                _ = try transaction.rows(
                    """
                    SELECT pg_terminate_backend(pid, 10000) AS ended FROM pg_stat_activity
                    WHERE datname = current_database() AND application_name = 'ferry' AND pid <> pg_backend_pid()
                    """
                )
            }
            #expect(try Self.counted(temporary.database) != nil)
            try temporary.write(Self.count)
        }
        #expect(try Self.counted(temporary.database) == "4")
        try other.close()
    }

    /// The connection goes in the middle of a transaction: nothing of it was done, and it runs once more.
    @Test func aTransactionThatLosesItsConnectionRunsOnceMore() throws {
        let temporary = try TemporaryDatabase()
        let runs = Atomic<Int>(0)
        try temporary.write { transaction in
            try Self.count(transaction)
            if runs.add(1, ordering: .relaxed).newValue == 1 {
                _ = try transaction.rows("SELECT pg_terminate_backend(pg_backend_pid()) AS ended")
            }
        }
        #expect(runs.load(ordering: .relaxed) == 2)
        #expect(try Self.counted(temporary.database) == "1")
    }

    @Test(arguments: [CutWire.Cut.before, .after], [1, 2, 3])
    func aCommitWhoseAnswerIsLostIsDoneOnce(_ cut: CutWire.Cut, _ round: Int) throws {
        let wire = try CutWire(target: #require(TestRows.socketFolder), port: TestRows.port)
        defer { wire.close() }
        let server = try PostgresServer(
            url: #require(TestRows.url(host: wire.folder)),
            prefix: "w" + UUID().uuidString.prefix(8).lowercased()
        )
        defer { try? server.erase() }
        let database = try Database(in: server, of: "test", schema: .region)
        defer { try? database.close() }
        let runs = Atomic<Int>(0)
        for number in 1...round {
            wire.cut(cut)
            try database.blockingWrite { transaction in
                runs.add(1, ordering: .relaxed)
                try Self.count(transaction)
            }
            // Not by a read, whose end nobody waits for: it would pass the wire when the next cut is waited for.
            #expect(try database.blockingWrite { try TagTable($0).tags(of: Self.image).first?.value } == String(number))
            #expect(wire.cuts.load(ordering: .relaxed) == number)
        }
        // What was committed is not run again.
        #expect(runs.load(ordering: .relaxed) == (cut == .after ? round : 2 * round))
    }

    @Test func aServerThatIsNotThereIsUnavailable() throws {
        let folder = NSTemporaryDirectory() + "nobody-\(UUID().uuidString)"
        let server = try PostgresServer(url: #require(TestRows.url(host: folder)))
        let failure = #expect(throws: DatabaseUnavailable.self) { _ = try Database(in: server, of: "test", schema: .region) }
        #expect(failure?.isUnchanged == true)
    }

    @Test func aSecondServerIsRefused() throws {
        let (first, second) = (try #require(try TestRows.server()), try #require(try TestRows.server()))
        try first.serve()
        #expect(throws: DatabaseServed.self) { try second.serve() }
        first.stopServing()
        try second.serve()
        second.stopServing()
    }

    /// The lock is gone with its connection, and another server has taken the database: the one before writes nothing any more.
    @Test func aServerThatWasReplacedWritesNothing() throws {
        let (first, second) = (try #require(try TestRows.server()), try #require(try TestRows.server()))
        defer { try? first.erase() }
        try first.serve()
        let database = try Database(in: first, of: "test", schema: .region)
        try database.blockingWrite(Self.count)
        try database.blockingWrite { transaction in
            _ = try transaction.rows("SELECT pg_terminate_backend(pid, 10000) AS ended FROM pg_locks WHERE locktype = 'advisory'")
        }
        try second.serve()
        defer { second.stopServing() }
        #expect(throws: DatabaseUnavailable.self) { try database.blockingWrite(Self.count) }
        #expect(throws: DatabaseUnavailable.self) { try database.blockingRead { try TagTable($0).tags(of: Self.image) } }
        try database.close()
    }

    @Test func passwordsAreInNoMessage() throws {
        let server = try PostgresServer(url: "postgresql://ferry:hunter2@db.example.org:5433/rows")
        #expect(server.name == "the PostgreSQL database rows on db.example.org")
        for url in ["mysql://host/rows", "postgresql://host:port/rows?nonsense=hunter2", "rows"] {
            let wrong = #expect(throws: PostgresURLWrong.self) { _ = try PostgresServer(url: url) }
            #expect(wrong?.description.contains("hunter2") == false)
        }
    }
}
