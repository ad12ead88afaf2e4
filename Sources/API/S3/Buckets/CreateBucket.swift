import Domain
import HTTPTypes
import Services
import Wire

struct CreateBucket: S3Action {
    static let permissions = [
        Permission<Self>.onBucket("s3:CreateBucket"),
        Permission("s3:PutBucketAcl") { $0.request.header("x-amz-acl") == nil ? [] : [$1.bucket($0.request.bucket)] },
        Permission("s3:PutBucketOwnershipControls") {
            $0.request.header("x-amz-object-ownership") == nil ? [] : [$1.bucket($0.request.bucket)]
        },
    ]
    static let needsBucket = false

    let request: S3Request

    func run(_ call: S3Call) async throws -> Reply {
        let document = try await call.document()
        let configuration = document.isEmpty ? nil : try CreateBucketConfiguration(parsing: document)
        let place = try BucketPlace(constraint: configuration?.locationConstraint, of: call)
        if call.header("x-amz-bucket-object-lock-enabled") == "true" { throw S3Error(.notImplemented, "Object Lock is not implemented") }
        try call.refuseGrants()
        var settings = try accessSettings(of: call)
        if let tags = configuration?.tags, !tags.isEmpty { settings[.tagging] = Tagging.document(of: tags) }
        if let alias = place.alias { settings[.location] = Array(alias.utf8) }
        let buckets = Buckets(call.call.at(place.store))
        do {
            try await buckets.create(call.bucket, settings: settings)
        } catch let fault as Fault where fault.code == .bucketAlreadyOwnedByYou && place.isStandard {
            // There, and only there, making it again is no error: it sets the ACL anew.
            guard try await buckets.region(of: call.bucket) == place.store.region else { throw fault }
            try OwnershipControls.requireOwned(acl: settings[.acl], under: try await buckets.setting(.ownership, of: call.bucket))
            try await buckets.set(.acl, of: call.bucket, to: settings[.acl])
        }
        var reply = Reply.empty(.ok)
        reply.headers[.location] = "/\(call.bucket)"
        return reply
    }

    /// Who gets into a new bucket, as far as the request says it.
    private func accessSettings(of call: S3Call) throws -> [BucketSetting: [UInt8]] {
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
}
