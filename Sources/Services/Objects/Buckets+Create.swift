import Domain
import Foundation
import Metadata

extension Buckets {
    /// Makes a bucket in the Region of the call.
    ///
    /// The name is taken in the directory first and the Region's row follows; cut off in between, the owner's next try finishes it.
    ///
    /// - Throws: `Fault` `InvalidBucketName`, `BucketAlreadyOwnedByYou`, `BucketAlreadyExists`, `TooManyBuckets`.
    package func create(_ text: String, settings: BucketSettings = .standard) async throws {
        guard let name = BucketName(rawValue: text) else {
            throw Fault(.invalidBucketName, "The specified bucket is not valid.")
        }
        let (account, region, now) = (call.account, call.region, call.now)
        let isNew = try await call.deployment.directory.write { transaction in
            let table = BucketNameTable(transaction)
            guard let known = try table.row(name) else {
                let max = try QuotaTable(transaction).value(of: .buckets, for: account)
                guard try table.count(of: account) < max else {
                    throw Fault(.tooManyBuckets, "You have attempted to create more than \(max) buckets")
                }
                try table.insert(.init(name: name, owner: account, region: region, createdAt: now))
                return true
            }
            guard known.owner == account else {
                throw Fault(.bucketAlreadyExists, "Another account has a bucket '\(name)'")
            }
            guard known.region == region else {
                throw Fault(.bucketAlreadyOwnedByYou, "Your bucket '\(name)' exists already, in \(known.region)")
            }
            return false
        }
        let isMade = try await call.store.database.write { transaction in
            let table = BucketTable(transaction)
            guard try table.bucket(name) == nil else { return false }
            try table.insert(Bucket(name: name, owner: account, createdAt: now))
            try table.set(settings, of: name)
            return true
        }
        guard isNew || isMade else { throw Fault(.bucketAlreadyOwnedByYou, "Your bucket '\(name)' exists already") }
    }

    /// Deletes an empty bucket: the Region's row first, the name last, so that nobody else gets it before it is gone.
    ///
    /// - Throws: `Fault` `BucketNotEmpty` while it has objects, versions or markers.
    package func delete(_ text: String) async throws {
        let bucket = try await requireName(text)
        let now = call.now
        try await call.store.database.write { transaction in
            guard try !ObjectTable(transaction).hasAny(in: bucket) else {
                let base = "The bucket you tried to delete is not empty"
                let isVersioned = try BucketTable(transaction).bucket(bucket).map { $0.versioning != .off } ?? false
                throw Fault(.bucketNotEmpty, base + (isVersioned ? ". You must delete all versions in the bucket." : ""))
            }
            let multipart = MultipartTable(transaction)
            // As S3 does: uploads that are not complete go with their bucket.
            for upload in try multipart.uploads(in: bucket, after: [], id: "", before: nil, limit: .max) {
                try Objects.release(upload, at: now, in: transaction)
            }
            try EndedUploadTable(transaction).deleteAll(of: bucket)
            try BucketTable(transaction).delete(bucket)
        }
        try await call.deployment.directory.write { try BucketNameTable($0).delete(bucket) }
    }

    /// The name of a bucket of the caller's, whose row may be missing after a call that was cut off.
    private func requireName(_ text: String) async throws -> BucketName {
        guard let name = BucketName(rawValue: text) else { throw Self.missing(text) }
        do {
            return try await require(text).name
        } catch let fault as Fault where fault.code == .noSuchBucket {
            guard try await call.deployment.directory.read({ try BucketNameTable($0).row(name) }) != nil else { throw fault }
            return name
        }
    }
}
