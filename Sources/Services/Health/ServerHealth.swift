import Blocks
import Domain
import Foundation
import Metadata

/// What a Region has to do, and what of it is late.
package struct RegionHealth: Sendable {
    /// Long work that is late or does not get on.
    package struct Late: Sendable {
        package let kind: String
        package let id: String
        package let account: AccountID
        package let attempts: Int
        /// When it was promised for.
        package let dueAt: Date?
        package let nextAttemptAt: Date?
    }

    package let region: Region
    /// Bytes of the disk that the Region's blocks may still take; nil where the disk cannot tell.
    package let freeBytes: UInt64?
    package let copies: Backlog
    package let jobs: Backlog
    package let uploads: Backlog
    package let releases: Backlog
    package let late: [Late]
}

/// How the server does: of all accounts, and so for the management account alone.
package struct ServerHealth: Sendable {
    /// How many late ones of a kind are told of in a Region.
    private static let lateMax = 20

    private let call: Call

    package init(_ call: Call) { self.call = call }

    package func regions() async throws -> [RegionHealth] {
        try await Organizations(call).requireManagement()
        var regions: [RegionHealth] = []
        for (_, store) in call.deployment.regions.sorted(by: { $0.key < $1.key }) { regions.append(try await health(of: store)) }
        return regions
    }

    private func health(of store: RegionStore) async throws -> RegionHealth {
        let now = call.now
        let free = try? await store.blocks.room()
        return try await store.database.read { transaction in
            let table = BacklogTable(transaction)
            let copies = try table.lateCopies(at: now, limit: Self.lateMax).map { copy in
                RegionHealth.Late(
                    kind: "copy",
                    id: copy.snapshotID.rawValue,
                    account: copy.account,
                    attempts: copy.retries.attempts,
                    dueAt: copy.target?.dueAt,
                    nextAttemptAt: copy.retries.attempts > 0 ? copy.retries.dueAt : nil
                )
            }
            let jobs = try table.failingJobs(limit: Self.lateMax).map { job in
                RegionHealth.Late(
                    kind: job.work.kind.rawValue,
                    id: job.id,
                    account: job.account,
                    attempts: job.retries.attempts,
                    dueAt: nil,
                    nextAttemptAt: job.retries.dueAt
                )
            }
            return RegionHealth(
                region: store.region,
                freeBytes: free,
                copies: try table.copies(at: now),
                jobs: try table.jobs(at: now),
                uploads: try table.uploads(),
                releases: try table.releases(),
                late: copies + jobs
            )
        }
    }
}
