import Domain
import Foundation
import Metadata

/// Who holds which blocks of a Region, counted once for all archivals that wait: a count reads every map that there is.
///
/// It is good for what was asked for before it began, and stays as long as it is used or somebody waits whom it is good for. Whoever has come later
/// counts anew.
package actor SharedCount {
    private struct Count {
        let began: Date
        let name: String
        let filling: Task<Database, any Error>
        var users: Set<Int> = []
        /// Nobody joins it any more.
        var isSpent = false
    }

    private let scratch: ScratchFolder
    private var counts: [Int: Count] = [:]
    private var newest = 0
    private var lastUser = 0

    package init(in scratch: ScratchFolder) { self.scratch = scratch }

    /// How many are kept.
    package var kept: Int { counts.count }
    /// How many use the newest, or wait for it.
    package var users: Int { counts[newest]?.users.count ?? 0 }

    /// - Parameters:
    ///   - snapshot: must be known to the count.
    ///   - date: when it was asked for.
    ///   - fill: counts, into an empty database.
    ///   - isAwaited: whether another waits that was asked for by a date, which a count is then kept for.
    package func use<Value: Sendable>(
        for snapshot: SnapshotID,
        asked date: Date,
        at now: Date,
        fill: @escaping @Sendable (Database) async throws -> Void,
        isAwaited: @Sendable (Date) async throws -> Bool,
        _ body: @Sendable (Database) async throws -> Value
    ) async throws -> Value {
        while true {
            let joined = joinable(asked: date)
            let number = joined ?? begin(at: now, fill)
            lastUser += 1
            let user = lastUser
            counts[number]?.users.insert(user)
            do {
                let table = try await table(of: number, for: user)
                // Of the same moment, and yet later.
                let isKnown = try await table.read { try UsageTable($0).knows(snapshot) }
                let value: Value? = isKnown || joined == nil ? try await body(table) : nil
                if value == nil { counts[number]?.isSpent = true }
                await leave(number, user, isAwaited)
                if let value { return value }
            } catch {
                await leave(number, user, isAwaited)
                throw error
            }
        }
    }

    private func joinable(asked date: Date) -> Int? {
        guard let count = counts[newest], !count.isSpent, count.began >= date else { return nil }
        return newest
    }

    private func begin(at now: Date, _ fill: @escaping @Sendable (Database) async throws -> Void) -> Int {
        newest += 1
        let (scratch, name) = (scratch, "count-\(newest)")
        // Of no job: the one that has begun it may go, and the others still wait for it.
        let filling = Task {
            let folder = try await scratch.make(name)
            let table = try Database(path: folder + "/usage.sqlite", schema: .usage)
            do {
                try await fill(table)
            } catch {
                try? table.close()
                throw error
            }
            return table
        }
        counts[newest] = Count(began: now, name: name, filling: filling)
        return newest
    }

    private func table(of number: Int, for user: Int) async throws -> Database {
        guard let filling = counts[number]?.filling else { throw CancellationError() }
        do {
            return try await withTaskCancellationHandler {
                try await filling.value
            } onCancel: {
                Task { await self.giveUp(number, user) }
            }
        } catch {
            counts[number]?.isSpent = true
            throw error
        }
    }

    /// Nobody counts for whoever has gone.
    private func giveUp(_ number: Int, _ user: Int) {
        guard counts[number]?.users.remove(user) != nil, counts[number]?.users.isEmpty == true else { return }
        counts[number]?.isSpent = true
        counts[number]?.filling.cancel()
    }

    /// Takes away what nobody uses and nobody waits for.
    private func leave(_ number: Int, _ user: Int, _ isAwaited: (Date) async throws -> Bool) async {
        counts[number]?.users.remove(user)
        for (number, count) in counts where count.users.isEmpty {
            let isKept = if count.isSpent || number != newest { false } else { (try? await isAwaited(count.began)) ?? false }
            // Somebody may have come meanwhile, or have taken it away.
            guard !isKept, counts[number]?.users.isEmpty == true else { continue }
            counts[number] = nil
            if let table = try? await count.filling.value { try? table.close() }
            scratch.remove(count.name)
        }
    }
}
