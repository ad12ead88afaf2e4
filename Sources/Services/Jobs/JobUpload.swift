import Blocks
import Crypto
import Domain
import Foundation
import Metadata

/// The object that a job writes as a stream, by an upload of its own.
///
/// The upload's id follows from the job's: what an attempt that was cut off has left is told from the uploads of users, those of the same
/// key included.
struct JobUpload: Sendable {
    private let id: String
    private let objects: Objects

    init(of job: Job, tools: JobTools) {
        id = Objects.hex(Array(SHA256.hash(data: Data("upload of \(job.id)".utf8)).prefix(24)))
        objects = Objects(tools.call(of: job.account))
    }

    /// Stores a stream from its beginning. The object is made in the transaction that ends the job: it is there when the task says so,
    /// and a crash leaves neither or both. When storing fails, nothing of it stays.
    ///
    /// - Throws: `Fault` `InvalidRequest` when a user aborted the upload or deleted its bucket meanwhile.
    func put(_ source: some ArchiveSource, as put: ObjectPut, condition: WriteCondition? = nil) async throws -> JobEnding {
        try await abort()
        let upload = try await objects.createUpload(put, id: id)
        do {
            let completion = try await objects.store(source, into: upload, condition: condition)
            let now = objects.call.now
            return JobEnding { transaction in
                try Self.explained(put) { try completion.commit(in: transaction, at: now) }
            }
        } catch {
            try? await abort()
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
                "The bucket \(put.bucket) has got the object \(put.key) meanwhile: delete it to store the image again."
            )
        }
    }

    /// Takes away what has come so far, if there is anything.
    func abort() async throws {
        guard let upload = try await objects.call.store.database.read({ try MultipartTable($0).upload(id) }) else { return }
        try await objects.abort(upload)
    }
}
