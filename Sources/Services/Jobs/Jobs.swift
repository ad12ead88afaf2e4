import Domain
import Foundation
import Metadata

/// Tasks, as the calls that describe and cancel them see them, on behalf of one caller in one Region.
package struct Jobs: Sendable {
    let call: Call

    package init(_ call: Call) { self.call = call }

    /// Tasks of a kind that match, ordered by id.
    ///
    /// - Parameter ids: all of these must be there.
    package func describe(_ kind: JobWork.Kind, ids: [String], filters: [Filter], page: PageRequest) async throws -> Page<DescribedJob> {
        try FilterRules.check(filters, names: DescribedJob.filterNames)
        let account = call.account
        let database = call.store.database
        guard ids.isEmpty else {
            let found = try await database.read { transaction in
                try ids.map { try Self.describe([Self.own($0, of: account, kind, in: transaction)], in: transaction)[0] }
            }
            return Page(elements: try found.filter { try $0.matches(filters) }, nextToken: nil)
        }
        return try await page.collect(
            token: call.pageToken(for: kind.rawValue),
            place: \.job.id,
            batch: { after, limit in
                try await database.read { transaction in
                    try Self.describe(JobTable(transaction).page(of: account, kind, after: after, limit: limit), in: transaction)
                }
            },
            where: { try $0.matches(filters) }
        )
    }

    /// Has a task undone. Returns it as it was before; asked again, as it is now.
    package func cancel(_ id: String, _ kinds: [JobWork.Kind]) async throws -> Job {
        let (account, now) = (call.account, call.now)
        let job = try await call.commit { transaction in
            let job = try Self.own(id, of: account, in: transaction)
            guard kinds.contains(job.work.kind) else { throw Self.notFound(id) }
            if job.state == .completed || job.state == .failed {
                throw Fault(.incorrectState, "The task '\(id)' has ended already: it is \(job.state.rawValue)")
            }
            try Self.cancel(job, at: now, in: transaction)
            return job
        }
        call.store.jobsWakeup()
        return job
    }

    /// Has a job undone that is wanted. One that has failed or was cancelled is being undone already.
    static func cancel(_ job: Job, at now: Date, in transaction: Transaction) throws {
        var job = job
        try JobEffects(transaction: transaction).apply(job.handle(.cancelled(at: now)), of: job)
    }

    /// A task of the caller's own.
    static func own(_ id: String, of account: AccountID, _ kind: JobWork.Kind? = nil, in transaction: Transaction) throws -> Job {
        guard let resource = TaggableResource(id: id) else { throw malformed(id) }
        switch resource {
        case .importSnapshotTask, .importImageTask, .exportImageTask: break
        default: throw malformed(id)
        }
        guard let job = try JobTable(transaction).job(id), job.account == account, kind == nil || job.work.kind == kind else {
            throw notFound(id)
        }
        return job
    }

    private static func describe(_ jobs: [Job], in transaction: Transaction) throws -> [DescribedJob] {
        // They are all of one account.
        let tags = try jobs.first.map { try TagTable(transaction).tags(of: jobs.map(\.id), by: $0.account) } ?? [:]
        let images = try ImageTable(transaction).images(ids: jobs.compactMap(\.importedImage))
        let byID = Dictionary(uniqueKeysWithValues: images.map { ($0.id, $0) })
        return jobs.map { DescribedJob(job: $0, tags: tags[$0.id] ?? [], image: $0.importedImage.flatMap { byID[$0] }) }
    }

    private static func malformed(_ id: String) -> Fault {
        let code: FaultCode = id.hasPrefix("export-") ? .invalidExportTaskIDMalformed : .invalidTaskIDMalformed
        return Fault(
            code,
            "The task ID '\(id.prefix(64))' is malformed (expecting \"import-snap-…\", \"import-ami-…\" or \"export-ami-…\")"
        )
    }

    private static func notFound(_ id: String) -> Fault {
        let code: FaultCode = id.hasPrefix("export-") ? .invalidExportTaskIDNotFound : .invalidTaskID
        return Fault(code, "The task '\(id.prefix(64))' does not exist")
    }
}

/// A task with its tags.
package struct DescribedJob: Sendable, Filterable {
    static let filterNames: Set<String> = ["task-state", "tag-key", "tag-value"]

    package let job: Job
    package let tags: [Tag]
    /// What ImportImage has made.
    package let image: Image?

    package init(job: Job, tags: [Tag], image: Image? = nil) {
        self.job = job
        self.tags = tags
        self.image = image
    }

    package func texts(forFilter name: String) -> [String]? { name == "task-state" ? [job.taskStatus] : nil }
}

extension Job {
    fileprivate var importedImage: ImageID? {
        guard state == .completed, case .imageImport(let work) = work else { return nil }
        return work.image
    }

    /// In the words that clients accept: any other is an error to some of them (docs/behaviour/image-stores-and-import.md,
    /// "Words of task states").
    package var taskStatus: String {
        switch state {
        case .active: "active"
        case .completed: "completed"
        case .failed, .cancelled: "deleted"
        case .failing, .cancelling: "deleting"
        }
    }

    /// What it is doing, or why it ended as it did.
    package var taskMessage: String? {
        switch state {
        case .active, .failing, .cancelling: message.isEmpty ? nil : message
        case .completed: nil
        case .failed: "ClientError: \(message)"
        case .cancelled: "The task was cancelled"
        }
    }
}
