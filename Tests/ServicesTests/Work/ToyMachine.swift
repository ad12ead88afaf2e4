import Domain
import Foundation
import Metadata
import Services
import Synchronization
import TestSupport

/// What an instance will need: a row that does not end, and has a state where it is to be.
struct ToyMachine: Identifiable, Sendable {
    enum State: String, Sendable { case stopped, running, terminated }

    let id: String
    var desired: State
    var state: State
    var retries: Retries

    static func makeTable(_ transaction: Transaction) throws {
        try transaction.execute(
            """
            CREATE TABLE toy_machines (
                id TEXT PRIMARY KEY, desired TEXT NOT NULL, state TEXT NOT NULL, attempts BIGINT NOT NULL, due_at BIGINT NOT NULL,
                lease_owner TEXT, lease_until BIGINT NOT NULL
            )
            """
        )
    }

    static func insert(_ id: String, at now: Date, in transaction: Transaction) throws {
        try transaction.execute("INSERT INTO toy_machines VALUES (?, 'running', 'stopped', 0, ?, NULL, 0)", [.text(id), .date(now)])
    }

    static func want(_ state: State, of id: String, at now: Date, in transaction: Transaction) throws {
        try transaction.execute("UPDATE toy_machines SET desired = ?, due_at = ? WHERE id = ?", [.text(state), .date(now), .text(id)])
    }

    static func all(_ condition: String = "TRUE", _ values: [SQLValue] = [], in transaction: Transaction) throws -> [ToyMachine] {
        try transaction.rows("SELECT * FROM toy_machines WHERE \(condition) ORDER BY id", values).map { row in
            ToyMachine(
                id: try row.text("id"),
                desired: try row.value("desired"),
                state: try row.value("state"),
                retries: Retries(attempts: Int(try row.integer("attempts")), dueAt: try row.date("due_at"))
            )
        }
    }

    func save(in transaction: Transaction) throws {
        try transaction.execute(
            "UPDATE toy_machines SET state = ?, attempts = ?, due_at = ? WHERE id = ?",
            [.text(state), .integer(retries.attempts), .date(retries.dueAt), .text(id)]
        )
    }
}

/// Where toy machines run: counts what happens to them.
final class ToyHost: Sendable {
    private struct Guest {
        let power: AsyncStream<Never>.Continuation
    }

    private let guests = Mutex<[String: Guest]>([:])
    let boots = Counter()
    let drivesEnded = Counter()

    /// Returns a stream that ends when the machine goes down by itself.
    func boot(_ id: String) -> AsyncStream<Never> {
        boots.add()
        let (stream, power) = AsyncStream<Never>.makeStream()
        guests.withLock { $0[id] = Guest(power: power) }
        return stream
    }

    func crash(_ id: String) { guests.withLock { $0.removeValue(forKey: id) }?.power.finish() }
    func isUp(_ id: String) -> Bool { guests.withLock { $0[id] != nil } }
}

/// Toy machines, as a reconciler drives them. The drive of one that runs lasts for as long as it does.
struct ToyWork: LongWork {
    let name = "toy machines"
    let rows = LeasedRows("toy_machines")
    let host: ToyHost
    let clock: WallClock

    /// Those that are not where they are to be, and those that somebody has to keep up.
    private static let isDriven = "(desired <> state OR state = 'running')"

    func hasAny(in transaction: Transaction) throws -> Bool { try !ToyMachine.all(Self.isDriven, in: transaction).isEmpty }

    func waiting(beside running: [ToyMachine], at now: Date, in transaction: Transaction) throws -> [ToyMachine] {
        try ToyMachine.all("\(Self.isDriven) AND due_at <= ? AND lease_until < ?", [.date(now), .date(now)], in: transaction)
    }

    func wanted(of owner: String, in transaction: Transaction) throws -> Set<String> {
        Set(try ToyMachine.all("desired = 'running' AND lease_owner = ?", [.text(owner)], in: transaction).map(\.id))
    }

    func drive(_ machine: ToyMachine, under lease: HeldLease, until stop: AsyncStream<Never>) async throws {
        defer { host.drivesEnded.add() }
        guard machine.desired == .running else { return try await halt(machine, lease) }
        // One that was up when its process died is booted again.
        let down = host.boot(machine.id)
        try await save(machine, lease) { $0.state = .running }
        await withTaskGroup(of: Void.self) { group in
            for end in [down, stop] { group.addTask { for await _ in end {} } }
            await group.next()
            group.cancelAll()
        }
        guard !host.isUp(machine.id), !Task.isCancelled else { throw NoLongerWanted() }
        let now = clock.now
        try await finish(machine, lease) { machine in
            machine.state = .stopped
            machine.retries.wait(at: now)
        }
    }

    private func halt(_ machine: ToyMachine, _ lease: HeldLease) async throws {
        host.crash(machine.id)
        try await finish(machine, lease) { $0.state = machine.desired }
    }

    private func save(_ machine: ToyMachine, _ lease: HeldLease, _ change: @escaping @Sendable (inout ToyMachine) -> Void) async throws {
        try await lease.save { try Self.change(machine.id, change, in: $0) }
    }

    private func finish(_ machine: ToyMachine, _ lease: HeldLease, _ change: @escaping @Sendable (inout ToyMachine) -> Void) async throws {
        try await lease.finish { try Self.change(machine.id, change, in: $0) }
    }

    private static func change(_ id: String, _ change: (inout ToyMachine) -> Void, in transaction: Transaction) throws {
        guard var row = try ToyMachine.all("id = ?", [.text(id)], in: transaction).first else { throw NoLongerWanted() }
        change(&row)
        try row.save(in: transaction)
    }
}
