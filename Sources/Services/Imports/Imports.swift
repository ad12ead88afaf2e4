import DiskImages
import Domain
import Metadata

/// Imports of disks, on behalf of one caller in one Region. Each use case is an extension in a file of its own.
package struct Imports: Sendable {
    /// How many imports of an account can be active at once.
    package static let activeMax = 20
    static let kinds: [JobWork.Kind] = [.snapshotImport, .imageImport]

    let call: Call

    package init(_ call: Call) { self.call = call }

    /// Checks that the object is there and may be one, and how it is said to be laid out. Returns the source with the object's size.
    @discardableResult
    func check(_ source: ImportSource, accepting accepted: Set<DiskFormat>) async throws -> ImportSource {
        if let name = source.format {
            guard let format = DiskFormat(ec2Name: name), accepted.contains(format) else {
                let names = DiskFormat.allCases.filter(accepted.contains).map(\.name).joined(separator: ", ")
                throw Fault(.invalidParameterValue, "Invalid value '\(name.prefix(64))' for the format of the disk: expected \(names)")
            }
        }
        var source = source
        source.bytes = try await Self.find(source, Objects(call)).bytes
        return source
    }

    /// The object of a disk.
    static func find(_ source: ImportSource, _ objects: Objects) async throws -> StoredObject {
        let place = "s3://\(source.bucket)/\(source.key)"
        do {
            let object = try await objects.head(source.key, in: source.bucket)
            guard object.bytes > 0 else { throw Fault(.invalidParameterValue, "The object \(place) is empty") }
            return object
        } catch let elsewhere as BucketElsewhere {
            throw Fault(
                .invalidParameterValue,
                "The given S3 bucket is not local to the Region: \(source.bucket) is in \(elsewhere.region), import there"
            )
        } catch is MarkerFound {
            throw Fault(.invalidParameterValue, "The object \(place) was deleted")
        } catch let fault as Fault where [.noSuchBucket, .noSuchKey, .accessDeniedToBucket, .keyTooLong].contains(fault.code) {
            throw Fault(.invalidParameterValue, "The given S3 object \(place) cannot be read: \(fault.message)")
        }
    }

    /// How what is imported is kept.
    func encryption(_ request: EncryptionRequest) async throws -> SnapshotEncryption? {
        let selection = try await KeySelection(call)
        let outcome = try ImportEncryptionRules.outcome(request, isOnByDefault: selection.defaults.isOn)
        do {
            return try await selection.encryption(for: outcome)
        } catch let refusal as KeyRefusal {
            throw refusal.fault
        }
    }

    /// Writes a task down, unless the token was used before: then the task of that call is the answer.
    func begin(_ job: Job, action: String, tags: [Tag], on resource: TaggableResource, token: ClientToken?) async throws -> Job {
        let call = call
        let begun = try await call.store.database.write { transaction in
            let jobs = JobTable(transaction)
            if let known = try Self.replay(token, of: action, account: call.account, in: transaction) { return known }
            guard try jobs.count(of: job.account, Self.kinds) < Self.activeMax else {
                throw Fault(
                    .resourceLimitExceeded,
                    "Too many import tasks in progress. The limit is \(Self.activeMax): wait until some have ended."
                )
            }
            try jobs.insert(job)
            try TagTable(transaction).set(tags, on: resource)
            try token?.remember(job.id, of: action, account: call.account, at: job.createdAt, in: transaction)
            return job
        }
        call.store.jobsPoke()
        return begun
    }

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
