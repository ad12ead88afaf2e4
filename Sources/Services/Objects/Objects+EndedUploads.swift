import Crypto
import Domain
import Foundation
import Metadata

/// Uploads that are over, for clients that did not get the answer and ask again.
extension Objects {
    /// What an upload has become that was completed with these parts; nil when none was, or it has been forgotten.
    package func completion(
        ofEnded id: String,
        of key: String,
        in bucket: String,
        parts: [(number: Int, etag: String)]
    ) async throws -> EndedUpload.Completion? {
        guard case .completed(let completion, EndedUpload.fingerprint(of: parts)) = try await ended(id, of: key, in: bucket)?.ending else {
            return nil
        }
        return completion
    }

    /// Whether an upload is over, one way or the other.
    package func hasEnded(_ id: String, of key: String, in bucket: String) async throws -> Bool {
        try await ended(id, of: key, in: bucket) != nil
    }

    private func ended(_ id: String, of key: String, in bucket: String) async throws -> EndedUpload? {
        let bucket = try await Buckets(call).require(bucket)
        guard let ended = try await call.store.database.read({ try EndedUploadTable($0).upload(id) }) else { return nil }
        let isRemembered = ended.endedAt.addingTimeInterval(EndedUpload.lifetime) > call.now
        return isRemembered && ended.bucket == bucket.name && ended.key == ObjectKey(key) ? ended : nil
    }
}

extension EndedUpload {
    init(_ upload: MultipartUpload, at date: Date, _ ending: Ending) {
        self.init(id: upload.id, bucket: upload.bucket, key: upload.key, endedAt: date, ending: ending)
    }

    /// SHA-256 of a list of parts as a client names them.
    static func fingerprint(of parts: [(number: Int, etag: String)]) -> [UInt8] {
        Array(SHA256.hash(data: Data(parts.map { "\($0.number):\($0.etag.lowercased())\n" }.joined().utf8)))
    }
}
