import API
import Domain
import HTTPTypes
import NIOCore
import Wire

/// The form that puts a file into a bucket. It is held whole on its way, so that it is for small ones.
struct UploadObjectPage: Page {
    static let path = "{region}/buckets/{bucket}/upload"
    static let formBytesMax: Int? = fileBytesMax + (64 << 10)

    private static let fileBytesMax = 16 << 20

    private let visit: Visit
    private let places: BucketPlaces

    init(_ visit: Visit) throws {
        self.visit = visit
        places = try BucketPlaces(visit)
    }

    func show() async throws -> View {
        var form = FormView(title: "Upload to \(places.bucket)", button: "Upload", back: places.folder(BucketPlaces.folder(of: visit.key)))
        form.crumbs = places.crumbs
        form.text = ["A file of at most 16 MiB. For a larger one: aws s3 cp FILE s3://\(places.bucket)/"]
        form.fields = [
            FormView.Field(name: "file", label: "File", kind: .file, isRequired: true),
            visit.field(
                "as",
                "Key",
                from: visit.key,
                hint: "Empty, or with a slash at its end: the file's name is put behind it.",
                longest: 1024
            ),
        ]
        return form.view(section: "buckets", region: nil)
    }

    func submit() async throws -> Reply {
        guard let file = visit.files.first(where: { $0.field == "file" }), !file.name.isEmpty else {
            throw visit.refusal("MissingParameter", "Choose a file.")
        }
        guard file.bytes.readableBytes <= Self.fileBytesMax else {
            throw visit.refusal("EntityTooLarge", "The file has more than 16 MiB. Nothing was changed.")
        }
        var key = visit.field("as")
        // Some browsers tell the folder as well.
        if key.isEmpty || key.hasSuffix("/") { key += file.name.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? "file" }
        var headers: HTTPFields = [:]
        if file.type.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), file.type.utf8.count <= 255 { headers[.contentType] = file.type }
        try await visit.s3(.put, S3Target.object(key, in: places.bucket), in: try visit.region(), headers: headers, body: file.bytes)
        return .redirect(
            to: Shown.place(places.region, "buckets", places.bucket, "object") + "?"
                + FormEncoding.encode([("key", key), ("notice", "uploaded")])
        )
    }
}

/// Asks before an object, or one of its versions, goes.
struct DeleteObjectPage: Page {
    static let path = "{region}/buckets/{bucket}/delete-object"

    private let visit: Visit
    private let places: BucketPlaces

    init(_ visit: Visit) throws {
        self.visit = visit
        places = try BucketPlaces(visit)
    }

    /// The key, where people can type it.
    private var word: String {
        let isTyped = visit.key.utf8.count <= 64 && visit.key.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        return isTyped ? visit.key : "delete"
    }

    func show() async throws -> View {
        guard !visit.key.isEmpty else { throw PageFault.notFound }
        let version = visit.query("version")
        var form = FormView(
            title: "Delete \(visit.key)?",
            button: "Delete",
            isDangerous: true,
            back: places.object(visit.key, version: version)
        )
        form.crumbs = places.crumbs
        form.text = [
            version.isEmpty
                ? "Where the bucket keeps versions, a delete marker is put over them; else its bytes are gone for good."
                : "The version \(version) is gone for good."
        ]
        form.fields = [visit.confirmation(word)]
        return form.view(section: "buckets", region: nil)
    }

    func submit() async throws -> Reply {
        try visit.confirm(word)
        let version = visit.query("version")
        let target = S3Target.object(visit.key, in: places.bucket, version.isEmpty ? [] : [("versionId", version)])
        try await visit.s3(.delete, target, in: try visit.region())
        let folder = places.folder(BucketPlaces.folder(of: visit.key))
        return .redirect(to: folder + (folder.contains("?") ? "&" : "?") + "notice=is-deleted")
    }
}
