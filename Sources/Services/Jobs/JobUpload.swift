import Blocks
import Crypto
import Domain
import Foundation
import Hexadecimal
import Metadata

/// The object that a job writes as a stream, by an upload of its own.
///
/// The upload's id begins with a digest of the job's: what an attempt that was cut off has left is told from the uploads of users, those of
/// the same key included. The rest of the id is of the attempt alone: one that goes on although it has lost the job's lease meets its own
/// upload, which is gone, and not that of the attempt which took over.
struct JobUpload: Sendable {
    private let prefix: String
    private let objects: Objects
    private let database: Database

    /// - Parameter call: the job's, let into the bucket.
    init(of job: Job, by call: Call) {
        prefix = Hex.encode(Array(SHA256.hash(data: Data("upload of \(job.id)".utf8)).prefix(16)))
        objects = Objects(call)
        database = call.store.database
    }

    /// Stores a stream from its beginning. The object is made in the transaction that ends the job: it is there when the task says so,
    /// and a crash leaves neither or both. When storing fails, nothing of it stays.
    ///
    /// - Throws: `Fault` `InvalidRequest` when a user aborted the upload or deleted its bucket meanwhile.
    func put(
        _ source: some ArchiveSource,
        as put: ObjectPut,
        condition: WriteCondition? = nil,
        _ progress: JobProgress
    ) async throws -> JobEnding {
        let now = objects.call.now
        try await progress.write { [prefix] in try Self.abortAll(prefix, at: now, in: $0) }
        let upload = try await objects.createUpload(put, id: prefix + Hex.encode((0..<8).map { _ in UInt8.random(in: .min ... .max) }))
        do {
            let completion = try await objects.store(source, into: upload, condition: condition)
            let now = objects.call.now
            return JobEnding { transaction in
                try Self.explained(put) { try completion.commit(in: transaction, at: now) }
            }
        } catch {
            try? await objects.abort(upload)
            return try Self.explained(put) { throw error }
        }
    }

    private static func explained<Value>(_ put: ObjectPut, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let fault as Fault where fault.code == .noSuchUpload {
            throw Fault(
                .invalidRequest,
                "The object was cut off: the bucket \(put.bucket) was deleted, or the upload of \(put.key) aborted."
            )
        } catch let fault as Fault where fault.code == .objectPreconditionFailed {
            throw Fault(
                .invalidRequest,
                "The bucket \(put.bucket) already contains the object \(put.key): delete it to store the image again."
            )
        }
    }

    /// Takes away what has come so far, if there is anything.
    func abort() async throws {
        let now = objects.call.now
        try await database.write { [prefix] in try Self.abortAll(prefix, at: now, in: $0) }
    }

    private static func abortAll(_ prefix: String, at now: Date, in transaction: Transaction) throws {
        for upload in try MultipartTable(transaction).uploads(withIDsFrom: prefix) { try Objects.abort(upload, at: now, in: transaction) }
    }
}
