import Domain
import HTTPTypes
import Services
import Wire

extension S3Service {
    static func getObjectTagging(_ call: S3Call) async throws -> Reply {
        let object = try await call.besideObject { try await call.objects.head(call.key, in: call.bucket, version: call.versionID) }
        var reply = Reply.s3("Tagging") { xml in
            xml.list("TagSet", object.attributes.tags.sorted { $0.key < $1.key }, item: "Tag") { xml, tag in
                xml.element("Key", tag.key)
                xml.element("Value", tag.value)
            }
        }
        if object.version != StoredObject.nullVersion { reply.headers[.versionID] = object.version }
        return reply
    }

    static func putObjectTagging(_ call: S3Call) async throws -> Reply {
        let tags = try S3Tag.checked(try Tagging(parsing: try await call.document()).tags, of: .object)
        return try await setTags(Dictionary(uniqueKeysWithValues: tags.map { ($0.key, $0.value) }), call, status: 200)
    }

    static func deleteObjectTagging(_ call: S3Call) async throws -> Reply { try await setTags([:], call, status: 204) }

    private static func setTags(_ tags: [String: String], _ call: S3Call, status: Int) async throws -> Reply {
        let version = try await call.besideObject {
            try await call.objects.setTags(tags, of: call.key, in: call.bucket, version: call.versionID)
        }
        var reply = Reply.empty(.init(code: status))
        if version != StoredObject.nullVersion { reply.headers[.versionID] = version }
        return reply
    }
}

extension S3Call {
    /// What stands beside an object, as its tags and its ACL do: a delete marker has none, whether it is named or the latest version.
    func besideObject<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let marker as MarkerFound {
            throw marker.named
        }
    }
}
