import Domain
import HTTPTypes
import Services
import Wire

struct PutObjectTagging: S3Action {
    static let permissions = Permission<Self>.onObject("s3:PutObjectTagging", version: "s3:PutObjectVersionTagging")

    let request: S3Request
    private var tags: [S3Tag] = []

    init(request: S3Request) { self.request = request }

    /// The tags are read before the action is let in, as policies ask about them.
    static func read(_ request: S3Request, in call: Call) async throws -> ReadAction<Self> {
        var action = Self(request: try await admitted(request, in: call))
        let document = try await S3Call(request: request, call: call).document()
        action.tags = try S3Tag.checked(try Tagging(parsing: document).tags, of: .object)
        var facts: ConditionFacts = [:]
        for tag in action.tags { facts.addObjectTag(tag) }
        return ReadAction(action: action, facts: facts)
    }

    func run(_ call: S3Call) async throws -> Reply {
        try await call.setTags(Dictionary(uniqueKeysWithValues: tags.map { ($0.key, $0.value) }), status: .ok)
    }
}

extension S3Call {
    func setTags(_ tags: [String: String], status: HTTPResponse.Status) async throws -> Reply {
        let version = try await besideObject { try await objects.setTags(tags, of: key, in: bucket, version: versionID) }
        var reply = Reply.empty(status)
        if version != StoredObject.nullVersion { reply.headers[.versionID] = version }
        return reply
    }

    /// What stands beside an object, as its tags and its ACL do: a delete marker has none, whether it is named or the latest version.
    func besideObject<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let marker as MarkerFound {
            throw marker.named
        }
    }
}
