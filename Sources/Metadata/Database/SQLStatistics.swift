import Synchronization

/// What was asked of a database since it was opened: counts for benchmarks, tests and metrics. Several databases may share one.
package final class SQLStatistics: Sendable {
    /// The counters at one moment.
    package struct Counts: Hashable, Sendable {
        package var statements: UInt64 = 0
        package var rows: UInt64 = 0
        /// Instructions of SQLite's virtual machine: what a statement cost, whatever the machine. A row that is visited takes some.
        package var steps: UInt64 = 0
        /// Write transactions; each is a sync.
        package var commits: UInt64 = 0
    }

    private let statements = Atomic<UInt64>(0)
    private let rows = Atomic<UInt64>(0)
    private let steps = Atomic<UInt64>(0)
    private let commits = Atomic<UInt64>(0)

    package init() {}

    package var counts: Counts {
        Counts(
            statements: statements.load(ordering: .relaxed),
            rows: rows.load(ordering: .relaxed),
            steps: steps.load(ordering: .relaxed),
            commits: commits.load(ordering: .relaxed)
        )
    }

    func ran(rows: Int, steps: Int32) {
        statements.add(1, ordering: .relaxed)
        self.rows.add(UInt64(rows), ordering: .relaxed)
        // SQLite's own counter is 32 bits wide and may go round.
        self.steps.add(UInt64(UInt32(bitPattern: steps)), ordering: .relaxed)
    }

    func committed() { commits.add(1, ordering: .relaxed) }
}
