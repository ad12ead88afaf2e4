import Domain
import Metadata

/// A task that is to begin.
struct JobStart: Sendable {
    let job: Job
    /// The action that asks for it, whose tokens are its own.
    let action: String
    let resource: TaggableResource
    let tags: [Tag]
    let token: ClientToken?
    /// How many tasks of these kinds an account may have at once.
    let limit: Int
    let kinds: [JobWork.Kind]
}

extension Jobs {
    /// Writes a task down, unless the token was used before: then the task of that call is the answer.
    func begin(_ start: JobStart) async throws -> Job {
        let job = start.job
        let begun = try await call.store.database.write { transaction in
            if let known = try Self.replay(start.token, of: start.action, account: job.account, in: transaction) { return known }
            guard try JobTable(transaction).count(of: job.account, start.kinds) < start.limit else {
                throw Fault(
                    .resourceLimitExceeded,
                    "Too many tasks of \(start.action) in progress. The limit is \(start.limit): wait until some have ended."
                )
            }
            try JobTable(transaction).insert(job)
            try TagTable(transaction).set(start.tags, on: start.resource)
            try start.token?.remember(job.id, of: start.action, account: job.account, at: job.createdAt, in: transaction)
            return job
        }
        call.store.jobsPoke()
        return begun
    }

    /// The task of an earlier call with this token.
    func replay(_ token: ClientToken?, of action: String) async throws -> Job? {
        let account = call.account
        return try await call.store.database.read { try Self.replay(token, of: action, account: account, in: $0) }
    }

    private static func replay(_ token: ClientToken?, of action: String, account: AccountID, in transaction: Transaction) throws -> Job? {
        let mismatch = Fault(
            .idempotentParameterMismatch,
            "The client token was used before with other parameters: use a new token for a new request"
        )
        let known = try token?.replayedResource(of: action, account: account, mismatch: mismatch, in: transaction)
        return try known.flatMap { try JobTable(transaction).job($0) }
    }
}

extension Buckets {
    /// The bucket that a task reads or writes, with the refusals of EC2.
    func requireForTask(_ name: String) async throws {
        do {
            _ = try await require(name)
        } catch let elsewhere as BucketElsewhere {
            throw Fault(.invalidParameterValue, "The bucket \(name.prefix(64)) is in \(elsewhere.region): name one of \(call.region)")
        } catch let fault as Fault {
            throw Fault(.invalidParameterValue, "The S3 bucket '\(name.prefix(64))' cannot be used: \(fault.message)")
        }
    }
}
