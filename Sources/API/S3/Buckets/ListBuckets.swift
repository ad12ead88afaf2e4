import Domain
import HTTPTypes
import Services
import Wire

/// The caller's buckets, of all Regions.
struct ListBuckets: S3Action {
    static let permissions = [Permission<Self>("s3:ListAllMyBuckets")]
    static let needsBucket = false

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        // More than keys of a page.
        let limit = try call.query.number("max-buckets", in: 1...10_000) ?? 10_000
        let prefix = call.query["prefix"] ?? ""
        let found = try await call.buckets.list(
            after: try call.query.text("continuation-token").map(ContinuationToken.opened) ?? "",
            prefix: prefix,
            region: call.query.text("bucket-region"),
            limit: limit + 1
        )
        let shown = found.prefix(limit)
        return .s3("ListAllMyBucketsResult") { xml in
            xml.owner("Owner", call.account)
            if !prefix.isEmpty { xml.element("Prefix", prefix) }
            xml.list("Buckets", shown, item: "Bucket") { xml, bucket in
                xml.element("Name", bucket.name.rawValue)
                xml.time("CreationDate", bucket.createdAt)
                xml.element("BucketRegion", bucket.region.rawValue)
            }
            if found.count > limit { xml.element("ContinuationToken", (shown.last?.name.rawValue).map(ContinuationToken.sealed)) }
        }
    }
}
