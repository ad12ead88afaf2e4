import API
import Domain
import HTTPTypes
import NIOCore
import Wire

/// The buckets of the account, of all Regions.
struct BucketsPage: Page {
    static let path = "buckets"

    private static let pageSize = 200

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    func show() async throws -> View {
        let (search, next) = (visit.query("search"), visit.query("next"))
        var target = "/?max-buckets=\(Self.pageSize)&prefix=\(PercentEncoding.encode(search))"
        if !next.isEmpty { target += "&continuation-token=\(PercentEncoding.encode(next))" }
        var view = View(title: "Buckets", template: "buckets", values: ["search": search, "isFiltered": !search.isEmpty])
        view.section = "buckets"
        var listing = RegionalListing()
        var rows: [Values] = []
        let all = visit.console.regions[0]
        try await listing.read(
            all,
            "Listing the buckets",
            next: { Shown.place(Shown.place("buckets"), [("search", search), ("next", $0)]) }
        ) {
            let found = try await visit.s3Document(target)
            rows = found.items("Buckets", item: "Bucket").map { node in
                let (name, region) = (node.text("Name") ?? "", node.text("BucketRegion") ?? "")
                return [
                    "name": name, "region": region, "href": Shown.place(region, "buckets", name),
                    "created": Shown.time(node.text("CreationDate")),
                    "delete": Shown.place(region, "buckets", name, "delete"),
                ]
            }
            return found.text("ContinuationToken")
        }
        listing.tell(on: &view)
        view.values["rows"] = rows
        view.values["isEmpty"] = rows.isEmpty && listing.refusals.isEmpty
        view.values["new"] = Shown.place("new-bucket")
        return view
    }
}

/// The form that makes a bucket.
struct NewBucketPage: Page {
    static let path = "new-bucket"

    private let visit: Visit

    init(_ visit: Visit) throws { self.visit = visit }

    func show() async throws -> View {
        var form = FormView(title: "Create a bucket", button: "Create bucket", back: Shown.place("buckets"))
        form.crumbs = [.init(title: "Buckets", href: Shown.place("buckets"))]
        let hint = "3 to 63 small letters, digits, hyphens and dots. Names are one space for all accounts."
        form.fields = [
            visit.field("name", "Name", hint: hint, isRequired: true, longest: 63),
            visit.field("region", "Region", .choice(visit.console.regions.map { FormView.Option(value: $0.rawValue, title: $0.rawValue) })),
        ]
        return form.view(section: "buckets", region: nil)
    }

    func submit() async throws -> Reply {
        guard let region = Region(rawValue: visit.field("region")), visit.console.regions.contains(region) else { throw PageFault.notFound }
        let name = visit.field("name")
        guard !name.isEmpty else { throw visit.refusal("InvalidBucketName", "A bucket needs a name.") }
        var document = ""
        // S3 knows no name for the first of its Regions here.
        if region.rawValue != "us-east-1" {
            document = "<CreateBucketConfiguration><LocationConstraint>\(region)</LocationConstraint></CreateBucketConfiguration>"
        }
        try await visit.s3(.put, S3Target.bucket(name), in: region, body: ByteBuffer(string: document))
        return .redirect(to: Shown.place(Shown.place(region.rawValue, "buckets", name), [("notice", "is-created")]))
    }
}

/// Asks before a bucket goes.
struct DeleteBucketPage: Page {
    static let path = "{region}/buckets/{bucket}/delete"

    private let visit: Visit
    private let places: BucketPlaces

    init(_ visit: Visit) throws {
        self.visit = visit
        places = try BucketPlaces(visit)
    }

    func show() async throws -> View {
        var form = FormView(title: "Delete the bucket \(places.bucket)?", button: "Delete", isDangerous: true, back: places.href)
        form.crumbs = places.crumbs
        form.text = ["Only an empty bucket can be deleted, versions and unfinished uploads included."]
        form.fields = [visit.confirmation(places.bucket)]
        return form.view(section: "buckets", region: nil)
    }

    func submit() async throws -> Reply {
        try visit.confirm(places.bucket)
        try await visit.s3(.delete, S3Target.bucket(places.bucket), in: try visit.region())
        return .redirect(to: Shown.place(Shown.place("buckets"), [("notice", "is-deleted")]))
    }
}
