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
            after: call.query["continuation-token"] ?? "",
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
                xml.element("CreationDate", bucket.createdAt)
                xml.element("BucketRegion", bucket.region.rawValue)
            }
            if found.count > limit { xml.element("ContinuationToken", shown.last?.name.rawValue) }
        }
    }

    static func createBucket(_ call: S3Call) async throws -> Reply {
        let document = try await call.document()
        let region = call.call.region.rawValue
        let configuration = document.isEmpty ? nil : try CreateBucketConfiguration(parsing: document)
        let place = configuration?.locationConstraint
        // A bucket without a place is one of us-east-1, as it was when there was no other.
        guard (place ?? "us-east-1") == region || place == "EU" && region == "eu-west-1" else {
            throw S3Error(
                .illegalLocationConstraint,
                "The \(place ?? "unspecified") location constraint is incompatible for the region specific endpoint this request was sent to."
            )
        }
        if call.header("x-amz-bucket-object-lock-enabled") == "true" { throw S3Error(.notImplemented, "Object Lock is not implemented") }
        try refuseGrants(call)
        var settings: [BucketSetting: [UInt8]] = [:]
        if let acl = call.header("x-amz-acl") { settings[.acl] = Array(try CannedACL(header: acl).rawValue.utf8) }
        if let ownership = call.header("x-amz-object-ownership") {
            var xml = XMLWriter(declaration: false)
            xml.element("OwnershipControls") { xml in xml.element("Rule") { $0.element("ObjectOwnership", ownership) } }
            _ = try OwnershipControls(parsing: xml.bytes)
            settings[.ownership] = xml.bytes
        }
        try requireOwned(acl: settings[.acl], under: settings[.ownership])
        if let tags = configuration?.tags, !tags.isEmpty { settings[.tagging] = Tagging.document(of: tags) }
        do {
            try await call.buckets.create(call.bucket, settings: settings)
        } catch let fault as Fault where fault.code == .bucketAlreadyOwnedByYou && region == "us-east-1" {
            // There, and only there, making it again is no error.
            _ = try await call.buckets.require(call.bucket)
        }
        var reply = Reply.empty(.ok)
        reply.headers[.location] = "/\(call.bucket)"
        return reply
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
        let region = try await call.buckets.region(of: call.bucket).rawValue
        return .s3("LocationConstraint") { $0.text(region == "us-east-1" ? "" : region) }
    }
}
