import Domain
import Metadata

extension Jobs {
    /// Writes a task down, unless the token was used before: then the task of that call is the answer, whatever has become of what it
    /// names.
    ///
    /// - Parameters:
    ///   - task: names it; carries its tags.
    ///   - work: checks what is asked for, and says what is to be done.
    func begin(
        _ action: TaskAction,
        as task: TaggableResource,
        _ options: TaskOptions,
        work: () async throws -> JobWork
    ) async throws -> Job {
        try TagRules.check(options.tags)
        let (account, now, caller) = (call.account, call.now, await call.jobCaller)
        let quotas = try await call.storageQuotas()
        let begun = try await call.once(
            RepeatableAction(name: action.name),
            with: options.clientToken,
            find: { try JobTable($1).job($0) },
            check: { Job(id: task.id, account: account, caller: caller, work: try await work(), createdAt: now, message: "pending") },
            make: { job, transaction in
                guard try JobTable(transaction).count(of: account, action.kinds) < action.limit else {
                    throw Fault(
                        .resourceLimitExceeded,
                        "Too many tasks of \(action.name) in progress. The limit is \(action.limit): wait until some have ended."
                    )
                }
                // Again when it ends: what is made until then counts too.
                try quotas.check(job.work, in: transaction)
                try JobTable(transaction).insert(job)
                try TagTable(transaction).set(options.tags, on: task, by: account)
                return (job.id, job)
            }
        )
        call.store.jobsWakeup()
        return begun
    }
}
