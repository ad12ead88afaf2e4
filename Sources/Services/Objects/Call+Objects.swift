import Domain
import Foundation
import Metadata

/// Objects that a service reads and writes for a caller: as S3 would be asked by it. It is asked each time: when the call comes that begins a task,
/// and when the task reads or writes, as the object may be another by then, and the caller's permissions too.
extension Call {
    /// The call, let into a bucket for what it does there with an object.
    ///
    /// - Parameters:
    ///   - actions: as policies name them: `s3:PutObject`.
    ///   - attributes: of an object that is to be made, for conditions that ask about them.
    /// - Throws: `Fault` `AccessDenied`.
    func reaching(
        _ key: String,
        in bucket: String,
        for actions: [String],
        version: String? = nil,
        making attributes: ObjectAttributes = ObjectAttributes()
    ) async throws -> Call {
        try await reaching([object(key, in: bucket, version: version)], for: actions, making: attributes)
    }

    func reaching(
        _ resources: [PolicyResource],
        for actions: [String],
        making attributes: ObjectAttributes = ObjectAttributes()
    ) async throws -> Call {
        var call = self
        let authorizer = Authorizer(self)
        do {
            for action in actions {
                call = call.entering(try await authorizer.require(action, on: resources) { attributes.facts })
            }
        } catch let denied as AccessDenied {
            throw Fault(.accessDenied, denied.isAbroad ? Buckets.denied.message : denied.denial.messageOfS3)
        }
        return call
    }

    /// An object as the caller may read it, and what reads it. That there is none is told to who may list the bucket, as S3 does.
    ///
    /// - Parameter version: nil for the latest. An older one takes a permission of its own.
    func readable(_ key: String, in bucket: String, version: String? = nil) async throws -> (object: StoredObject, objects: Objects) {
        let old = try await isLatest(version, of: key, in: bucket) ? nil : version
        let action = old == nil ? "s3:GetObject" : "s3:GetObjectVersion"
        let objects = Objects(try await reaching(key, in: bucket, for: [action], version: old))
        do {
            return (try await objects.head(key, in: bucket, version: version), objects)
        } catch let absence where Self.isAbsence(absence) {
            guard try await Authorizer(self).allows("s3:ListBucket", on: self.bucket(bucket)) else { throw Buckets.denied }
            throw absence
        }
    }

    private func isLatest(_ version: String?, of key: String, in bucket: String) async throws -> Bool {
        guard let version, let name = BucketName(rawValue: bucket), let key = ObjectKey(key) else { return true }
        let latest = try await store.database.read { try ObjectTable($0).latest(key, in: name)?.version }
        // Of an object that is not there, none is older than another.
        return latest == nil || latest == version
    }

    private static func isAbsence(_ error: any Error) -> Bool {
        if let fault = error as? Fault { return [.noSuchKey, .noSuchObjectVersion].contains(fault.code) }
        return error is MarkerFound
    }
}

extension ObjectAttributes {
    /// What conditions ask about of an object that is put, as the headers of its request would say it.
    fileprivate var facts: [String: [String]] {
        var facts: [String: [String]] = [:]
        if let acl { facts["s3:x-amz-acl"] = [acl.rawValue] }
        for (key, value) in tags { facts["s3:requestobjecttag/\(key.lowercased())"] = [value] }
        if !tags.isEmpty { facts["s3:requestobjecttagkeys"] = tags.keys.sorted() }
        return facts
    }
}
