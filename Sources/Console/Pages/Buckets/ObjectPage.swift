import API
import Client
import Domain
import HTTPTypes
import Wire

/// One object, in one of its versions: what is known of it, its tags, its other versions.
struct ObjectPage: Page {
    static let path = "{region}/buckets/{bucket}/object"

    private static let versionsMax = 100
    /// A header of a request has no room for more.
    private static let shownHeadersMax = 200

    private let visit: Visit
    private let places: BucketPlaces

    init(_ visit: Visit) throws {
        self.visit = visit
        places = try BucketPlaces(visit)
    }

    private var version: [(String, String?)] { visit.query("version").isEmpty ? [] : [("versionId", visit.query("version"))] }

    func show() async throws -> View {
        let (region, key) = (try visit.region(), visit.key)
        guard !key.isEmpty else { throw PageFault.notFound }
        var view = View(title: key, template: "object", values: [:])
        var headers: HTTPFields = [:]
        do {
            headers = try await visit.answer(.rest("s3", .head, S3Target.object(key, in: places.bucket, version)), in: region).found(visit)
        } catch let refusal as CallRefusal {
            // Its versions may still be there, as of one that is deleted.
            view.refusals = [refusal]
            view.status = refusal.status
        }
        let versions = await versions(of: key, in: region)
        let tags = view.refusals.isEmpty ? await tags(of: key, in: region) : []
        view.values = [
            "bucket": places.bucket, "here": places.href, "key": key,
            "crumbs": (places.crumbs + [.init(title: "Folder", href: places.folder(BucketPlaces.folder(of: key)))]).map {
                ["title": $0.title, "href": $0.href] as Values
            },
            "isThere": view.refusals.isEmpty,
            "details": details(headers),
            "tags": tags, "hasTags": !tags.isEmpty, "tagsHref": nil,
            "versions": versions, "hasVersions": !versions.isEmpty,
            "download": places.object(key, "download", version: visit.query("version")),
            "delete": places.object(key, "delete-object", version: visit.query("version")),
            "address": "s3://\(places.bucket)/\(key)",
        ]
        view.section = "buckets"
        return view
    }

    private func details(_ headers: HTTPFields) -> [Values] {
        let known = [
            ("content-type", "Type"), ("content-length", "Bytes"), ("last-modified", "Last modified"), ("etag", "ETag"),
            ("x-amz-version-id", "Version"), ("x-amz-server-side-encryption", "Encryption"),
            ("x-amz-server-side-encryption-aws-kms-key-id", "KMS key"), ("content-encoding", "Content-Encoding"),
            ("content-disposition", "Content-Disposition"), ("content-language", "Content-Language"), ("cache-control", "Cache-Control"),
            ("expires", "Expires"),
        ]
        var details = known.compactMap { name, title -> Values? in
            guard let value = HTTPField.Name(name).flatMap({ headers[$0] }), !value.isEmpty else { return nil }
            if name == "content-length", let bytes = Int64(value) { return ["name": title, "value": "\(bytes) (\(ByteText.size(bytes)))"] }
            return ["name": title, "value": value]
        }
        let own = headers.filter { $0.name.canonicalName.hasPrefix("x-amz-meta-") }.prefix(Self.shownHeadersMax)
        details += own.map { ["name": String($0.name.canonicalName.dropFirst("x-amz-meta-".count)), "value": $0.value] as Values }
        return details
    }

    private func tags(of key: String, in region: Region) async -> [Values] {
        let found = try? await visit.s3Document(S3Target.object(key, in: places.bucket, [("tagging", nil)] + version), in: region)
        return (found?["TagSet"]?.children("Tag") ?? []).map { ["key": $0.text("Key"), "value": $0.text("Value")] as Values }
    }

    /// The versions of exactly this key, which stand before those of longer ones.
    private func versions(of key: String, in region: Region) async -> [Values] {
        let query: [(String, String?)] = [
            ("versions", nil), ("prefix", key), ("encoding-type", "url"), ("max-keys", "\(Self.versionsMax)"),
        ]
        guard let found = try? await visit.s3Document(S3Target.bucket(places.bucket, query), in: region) else { return [] }
        return found.children.filter { ["Version", "DeleteMarker"].contains($0.name) && S3Target.decoded($0.text("Key")) == key }.map {
            node in
            let id = node.text("VersionId") ?? ""
            let isMarker = node.name == "DeleteMarker"
            return [
                "id": id, "isLatest": node.text("IsLatest") == "true", "isMarker": isMarker,
                "size": node.text("Size").flatMap { Int64($0) }.map(ByteText.size), "modified": Shown.time(node.text("LastModified")),
                "href": isMarker ? nil : places.object(key, version: id), "delete": places.object(key, "delete-object", version: id),
            ]
        }
    }
}

extension SignedInCalls.Answer {
    /// The headers of an answer that has no body, and whose refusal has no text therefore.
    fileprivate func found(_ visit: Visit) throws -> HTTPFields {
        guard isRefusal else { return headers }
        let (code, message) =
            switch status {
            case 404: ("NoSuchKey", "There is no such object, or it is deleted.")
            case 403: ("AccessDenied", "You may not read this object.")
            default: ("Status\(status)", "The object cannot be read.")
            }
        throw CallRefusal(status: status, code: code, message: message, requestID: requestID)
    }
}
