import Domain
import HTTPTypes
import Metadata
import NIOCore
import Services
import Wire

extension S3Service {
    /// The caller's buckets, of all Regions.
    static func listBuckets(_ call: S3Call) async throws -> Reply {
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
            xml.owner("Owner", call.call.account)
            if !prefix.isEmpty { xml.element("Prefix", prefix) }
            xml.list("Buckets", shown, item: "Bucket") { xml, bucket in
                xml.element("Name", bucket.name.rawValue)
                xml.time("CreationDate", bucket.createdAt)
                xml.element("BucketRegion", bucket.region.rawValue)
            }
            if found.count > limit { xml.element("ContinuationToken", (shown.last?.name.rawValue).map(ContinuationToken.sealed)) }
        }
    }

    static func createBucket(_ call: S3Call) async throws -> Reply {
        let document = try await call.document()
        let configuration = document.isEmpty ? nil : try CreateBucketConfiguration(parsing: document)
        let place = try BucketPlace(constraint: configuration?.locationConstraint, of: call)
        if call.header("x-amz-bucket-object-lock-enabled") == "true" { throw S3Error(.notImplemented, "Object Lock is not implemented") }
        try refuseGrants(call)
        var settings = try accessSettings(of: call)
        if let tags = configuration?.tags, !tags.isEmpty { settings[.tagging] = Tagging.document(of: tags) }
        if let alias = place.alias { settings[.location] = Array(alias.utf8) }
        let buckets = Buckets(call.call.at(place.store))
        do {
            try await buckets.create(call.bucket, settings: settings)
        } catch let fault as Fault where fault.code == .bucketAlreadyOwnedByYou && place.isStandard {
            // There, and only there, making it again is no error: it sets the ACL anew.
            guard try await buckets.region(of: call.bucket) == place.store.region else { throw fault }
            try requireOwned(acl: settings[.acl], under: try await buckets.setting(.ownership, of: call.bucket))
            try await buckets.set(.acl, of: call.bucket, to: settings[.acl])
        }
        var reply = Reply.empty(.ok)
        reply.headers[.location] = "/\(call.bucket)"
        return reply
    }

    /// Who gets into a new bucket, as far as the request says it.
    private static func accessSettings(of call: S3Call) throws -> [BucketSetting: [UInt8]] {
        let ownership = try call.header("x-amz-object-ownership").map { try OwnershipControls(header: $0) }
        let acl = try call.header("x-amz-acl").map { try CannedACL(header: $0) }
        // Without a word a new bucket has no ACLs, and it blocks public ones in any case.
        if acl?.isOpenToOthers == true, (ownership?.objectOwnership ?? .bucketOwnerEnforced) == .bucketOwnerEnforced {
            throw S3Error(.invalidBucketACLWithObjectOwnership)
        }
        if acl?.isPublic == true { throw S3Error(.invalidBucketACLWithBlockPublicAccess) }
        var settings: [BucketSetting: [UInt8]] = [:]
        // Whoever names an ACL gets a bucket that takes ACLs, as on AWS: clients that send one by themselves send it with each object too.
        let standard = try acl.map { _ in try OwnershipControls(header: "BucketOwnerPreferred") }
        settings[.ownership] = (ownership ?? standard)?.document
        settings[.acl] = acl.map { Array($0.rawValue.utf8) }
        return settings
    }

    static func headBucket(_ call: S3Call) async throws -> Reply {
        _ = try await call.buckets.require(call.bucket)
        var reply = Reply.empty(.ok)
        reply.headers[.bucketRegion] = call.call.region.rawValue
        return reply
    }

    static func deleteBucket(_ call: S3Call) async throws -> Reply {
        try await call.buckets.delete(call.bucket)
        return .empty(.noContent)
    }

    /// us-east-1 is the empty text. Whoever does not know the Region asks in another: that is no reason to lead him there.
    static func getBucketLocation(_ call: S3Call) async throws -> Reply {
        let location = try await call.buckets.location(of: call.bucket)
        return .s3("LocationConstraint") { $0.text(location == "us-east-1" ? "" : location) }
    }
}
