import API
import Client
import Domain
import HTTPTypes
import Wire

/// What is in a bucket: what lies in one folder, that is under a prefix up to the next slash, page by page.
struct BucketPage: Page {
    static let path = "{region}/buckets/{bucket}"

    private static let pageSize = 200

    private let visit: Visit
    private let places: BucketPlaces
    private let prefix: String

    init(_ visit: Visit) throws {
        self.visit = visit
        places = try BucketPlaces(visit)
        prefix = visit.query("prefix")
    }

    func show() async throws -> View {
        let next = visit.query("next")
        var query: [(String, String?)] = [
            ("list-type", "2"), ("delimiter", "/"), ("encoding-type", "url"), ("max-keys", "\(Self.pageSize)"), ("prefix", prefix),
        ]
        if !next.isEmpty { query.append(("continuation-token", next)) }
        let found = try await visit.s3Document(S3Target.bucket(places.bucket, query), in: try visit.region())
        let folders = found.children("CommonPrefixes").map { S3Target.decoded($0.text("Prefix")) }
        let objects = found.children("Contents")
        var view = View(
            title: places.bucket,
            template: "bucket",
            values: [
                "bucket": places.bucket, "region": places.region, "prefix": prefix, "crumbs": crumbs,
                "here": places.href,
                "folders": folders.map { ["name": shown($0), "href": places.folder($0)] as Values },
                "objects": objects.map(row),
                "isEmpty": folders.isEmpty && objects.isEmpty,
                "upload": places.object(prefix, "upload"), "delete": Shown.place(places.region, "buckets", places.bucket, "delete"),
                "next": found.text("NextContinuationToken").map { places.folder(prefix, next: $0) },
                "first": next.isEmpty ? nil : places.folder(prefix),
            ]
        )
        view.section = "buckets"
        return view
    }

    /// Behind the prefix, which all here have.
    private func shown(_ key: String) -> String {
        let rest = key.hasPrefix(prefix) ? String(key.dropFirst(prefix.count)) : key
        return rest.isEmpty ? key : rest
    }

    private func row(_ node: XMLNode) -> Values {
        let key = S3Target.decoded(node.text("Key"))
        return [
            "name": shown(key), "href": places.object(key), "download": places.object(key, "download"),
            "size": node.text("Size").flatMap { Int64($0) }.map(ByteText.size), "modified": Shown.time(node.text("LastModified")),
        ]
    }

    /// The folders above.
    private var crumbs: [Values] {
        var crumbs: [Values] = []
        var path = ""
        for part in prefix.split(separator: "/", omittingEmptySubsequences: false).dropLast() {
            path += part + "/"
            crumbs.append(["title": part.isEmpty ? "/" : String(part), "href": places.folder(path)])
        }
        return crumbs
    }
}
