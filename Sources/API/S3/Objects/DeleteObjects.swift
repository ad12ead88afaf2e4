import Domain
import HTTPTypes
import Services
import Wire

/// Up to 1,000 keys in one call; each is decided on, and told of, for itself.
struct DeleteObjects: S3Action {
    private static let (deleting, deletingVersion, reading) = ("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetObject")

    /// They are asked while the action runs: one that is refused for a key does not keep it from the others.
    static let permissions = [deleting, deletingVersion, reading].map { Permission<Self>($0) { _, _ in [] } }

    let request: S3Request
    /// What the document asks for.
    private var deletion: DeletionRequest?

    init(request: S3Request) { self.request = request }

    static func read(_ request: S3Request, in call: Call) async throws -> ReadAction<Self> {
        var action = Self(request: try await admitted(request, in: call))
        action.deletion = try DeletionRequest(parsing: try await S3Call(request: request, call: call).document())
        return ReadAction(action: action)
    }

    func run(_ call: S3Call) async throws -> Reply {
        let objects = deletion?.objects ?? []
        let refusals = try await refusals(of: objects, call)
        // Where any key is let in, the bucket is; it is asked for none of the others.
        let entered = S3Call(
            request: call.request,
            call: call.call.entering(BucketEntry(refusals.contains(where: { $0 == nil }) ? [call.bucket] : []))
        )
        var done: Deletions = []
        for (object, refusal) in zip(objects, refusals) {
            if let refusal {
                done.append((object, .failure(S3Service.refusal(refusal, host: ""))))
            } else {
                done.append((object, try await delete(object, entered)))
            }
        }
        var reply = Self.deletionReply(done, isQuiet: deletion?.isQuiet ?? false)
        reply.resource = Self.deletedObjects(done, in: call.bucket)
        return reply
    }

    /// Why the caller may not delete what it names, for each; nil for what it may.
    private func refusals(of objects: [DeletionRequest.Object], _ call: S3Call) async throws -> [AccessDenied?] {
        let authorizer = Authorizer(call.call)
        var refusals = [AccessDenied?](repeating: nil, count: objects.count)
        func decide(_ permission: String, _ chosen: (DeletionRequest.Object) -> Bool) async throws {
            let places = objects.indices.filter { chosen(objects[$0]) }
            let resources = places.map { call.call.object(objects[$0].key, in: call.bucket, version: objects[$0].versionID) }
            let found = try await authorizer.refusals(permission, on: resources) { request.facts(of: Self.name) }
            for (place, refusal) in zip(places, found) { refusals[place] = refusals[place] ?? refusal }
        }
        try await decide(Self.deleting) { $0.versionID == nil }
        try await decide(Self.deletingVersion) { $0.versionID != nil }
        try await decide(Self.reading) { $0.tag != nil && $0.tag?.value != "*" }
        return refusals
    }

    private func delete(_ object: DeletionRequest.Object, _ call: S3Call) async throws -> Result<ObjectDeletion, S3Error> {
        do {
            return .success(
                try await call.objects.delete(
                    object.key,
                    in: call.bucket,
                    version: object.versionID,
                    condition: object.tag.map(WriteCondition.init(deletingIfMatch:))
                )
            )
        } catch let fault as Fault {
            // Here S3 says of an id that can be none what it says of one that is not there.
            let known = fault.code == .invalidArgument ? S3Error(.noSuchVersion) : await call.hidingAbsence(fault, of: Self.name)
            return .failure(S3Service.refusal(known, host: ""))
        }
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
