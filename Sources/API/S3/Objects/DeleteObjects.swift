import Domain
import HTTPTypes
import Services
import Wire

/// Up to 1,000 keys in one call; each is told of.
struct DeleteObjects: S3Action {
    static let permissions = [
        Permission<Self>("s3:DeleteObject") { action, call in
            action.keys(isNamingVersion: false).map { call.object($0, in: action.request.bucket) }
        },
        Permission<Self>("s3:DeleteObjectVersion") { action, call in
            action.keys(isNamingVersion: true).map { call.object($0, in: action.request.bucket) }
        },
    ]

    let request: S3Request
    /// What the document asks for: it is read with the head, as the permissions are about the keys in it.
    private var deletion: DeletionRequest?

    init(request: S3Request) { self.request = request }

    static func read(_ request: S3Request, in call: Call) async throws -> ReadAction<Self> {
        var action = Self(request: try await admitted(request, in: call))
        action.deletion = try DeletionRequest(parsing: try await S3Call(request: request, call: call).document())
        return ReadAction(action: action)
    }

    private func keys(isNamingVersion: Bool) -> [String] {
        (deletion?.objects ?? []).filter { ($0.versionID != nil) == isNamingVersion }.map(\.key)
    }

    func run(_ call: S3Call) async throws -> Reply {
        var done: Deletions = []
        for object in deletion?.objects ?? [] {
            do {
                let deletion = try await call.objects.delete(
                    object.key,
                    in: call.bucket,
                    version: object.versionID,
                    condition: object.tag.map(WriteCondition.init(deletingIfMatch:))
                )
                done.append((object, .success(deletion)))
            } catch let fault as Fault {
                // Here S3 says of an id that can be none what it says of one that is not there.
                done.append((object, .failure(fault.code == .invalidArgument ? S3Error(.noSuchVersion) : S3Service.refusal(fault))))
            }
        }
        var reply = Self.deletionReply(done, isQuiet: deletion?.isQuiet ?? false)
        reply.resource = Self.deletedObjects(done, in: call.bucket)
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
