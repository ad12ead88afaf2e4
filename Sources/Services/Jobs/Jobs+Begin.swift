import Domain
import Metadata

extension Jobs {
    /// Writes a task down, unless the token was used before: then the task of that call is the answer, whatever has become of what it names.
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
        let account = call.account
        let known = try await call.store.database.read { try Self.replay(options.clientToken, of: action, account: account, in: $0) }
        if let known { return known }
        let job = Job(id: task.id, account: account, work: try await work(), createdAt: call.now, message: "pending")
        let begun = try await call.commit { transaction in
            if let known = try Self.replay(options.clientToken, of: action, account: job.account, in: transaction) { return known }
            guard try JobTable(transaction).count(of: job.account, action.kinds) < action.limit else {
                throw Fault(
                    .resourceLimitExceeded,
                    "Too many tasks of \(action.name) in progress. The limit is \(action.limit): wait until some have ended."
                )
            }
            try JobTable(transaction).insert(job)
            try TagTable(transaction).set(options.tags, on: task)
            try options.clientToken?.remember(job.id, of: action.name, account: job.account, at: job.createdAt, in: transaction)
            return job
        }
        call.store.jobsPoke()
        return begun
    }

    /// The task of an earlier call with this token.
    private static func replay(
        _ token: ClientToken?,
        of action: TaskAction,
        account: AccountID,
        in transaction: Transaction
    ) throws -> Job? {
        let mismatch = Fault(
            .idempotentParameterMismatch,
            "The client token was used before with other parameters: use a new token for a new request"
        )
        let known = try token?.replayedResource(of: action.name, account: account, mismatch: mismatch, in: transaction)
        return try known.flatMap { try JobTable(transaction).job($0) }
    }
}
