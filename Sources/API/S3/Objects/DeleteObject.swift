import Domain
import HTTPTypes
import Services
import Wire

extension S3Service {
    static func deleteObject(_ call: S3Call) async throws -> Reply {
        let condition = call.header("if-match").map { deleteCondition(EntityTag(text: $0)) }
        let deletion = try await call.objects.delete(call.key, in: call.bucket, version: call.versionID, condition: condition)
        var reply = Reply.empty(.noContent)
        reply.headers[.versionID] = deletion.version
        if deletion.isMarker { reply.headers[.deleteMarker] = "true" }
        return reply
    }

    private static func deleteCondition(_ tag: EntityTag) -> WriteCondition { tag.value == "*" ? .isPresent : .hasTag(tag.value) }

    /// Up to 1,000 keys in one call; each is told of.
    static func deleteObjects(_ call: S3Call) async throws -> Reply {
        let request = try DeletionRequest(parsing: try await call.document())
        _ = try await call.buckets.require(call.bucket)
        var done: Deletions = []
        for object in request.objects {
            do {
                let deletion = try await call.objects.delete(
                    object.key,
                    in: call.bucket,
                    version: object.versionID,
                    condition: object.tag.map(deleteCondition)
                )
                done.append((object, .success(deletion)))
            } catch let fault as Fault {
                // Here S3 says of an id that can be none what it says of one that is not there.
                done.append((object, .failure(fault.code == .invalidArgument ? S3Error(.noSuchVersion) : refusal(fault))))
            }
        }
        var reply = deletionReply(done, isQuiet: request.isQuiet)
        reply.resource = deletedObjects(done, in: call.bucket)
        return reply
    }

    private typealias Deletions = [(object: DeletionRequest.Object, result: Result<ObjectDeletion, S3Error>)]

    /// For the log: how many there were, and the first of them.
    private static func deletedObjects(_ deletions: Deletions, in bucket: String) -> String {
        let keys = deletions.compactMap { object, result in if case .success = result { object.key } else { nil } }
        let named = keys.prefix(5).map { "/\($0.prefix(128))" }
        return
            "/\(bucket) (\(keys.count) of \(deletions.count) keys: \(named.joined(separator: ", "))\(keys.count > named.count ? ", …" : ""))"
    }

    private static func deletionReply(_ done: Deletions, isQuiet: Bool) -> Reply {
        .s3("DeleteResult") { xml in
            for (object, result) in done {
                switch result {
                case .success(let deletion) where !isQuiet:
                    xml.element("Deleted") { xml in
                        xml.element("Key", object.key)
                        xml.element("VersionId", object.versionID)
                        if deletion.isMarker {
                            xml.element("DeleteMarker", true)
                            xml.element("DeleteMarkerVersionId", deletion.version)
                        }
                    }
                case .success: break
                case .failure(let refusal):
                    xml.element("Error") { xml in
                        xml.element("Key", object.key)
                        xml.element("VersionId", object.versionID)
                        xml.element("Code", refusal.code.rawValue)
                        xml.element("Message", refusal.message)
                    }
                }
            }
        }
    }
}
