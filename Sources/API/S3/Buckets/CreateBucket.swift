import Domain
import HTTPTypes
import Services
import Wire

struct CreateBucket: S3Action {
    static let permissions = [
        Permission<Self>.onBucket("s3:CreateBucket"),
        .onBucket("s3:PutBucketAcl", ifSent: "x-amz-acl"),
        .onBucket("s3:PutBucketOwnershipControls", ifSent: "x-amz-object-ownership"),
        Permission("s3:TagResource") { $0.configuration?.tags.isEmpty ?? true ? [] : [$1.bucket($0.request.bucket)] },
    ]
    static let needsBucket = false

    let request: S3Request
    private var configuration: CreateBucketConfiguration?

    init(request: S3Request) { self.request = request }

    /// The document is read before the action is let in, as policies ask about the place and the tags in it.
    static func read(_ request: S3Request, in call: Call) async throws -> ReadAction<Self> {
        var action = Self(request: try await admitted(request, in: call))
        let document = try await S3Call(request: request, call: call).document()
        action.configuration = document.isEmpty ? nil : try CreateBucketConfiguration(parsing: document)
        var facts: ConditionFacts = [:]
        facts.set("s3:locationconstraint", action.configuration?.locationConstraint)
        for tag in action.configuration?.tags ?? [] { facts.addTag(tag.key, tag.value) }
        return ReadAction(action: action, facts: facts)
    }

    func run(_ call: S3Call) async throws -> Reply {
        let place = try BucketPlace(constraint: configuration?.locationConstraint, of: call)
        if call.header("x-amz-bucket-object-lock-enabled") == "true" { throw S3Error(.notImplemented, "Object Lock is not implemented") }
        try call.refuseGrants()
        var settings = try BucketSettings.made(
            ownership: try call.header("x-amz-object-ownership").map { try OwnershipControls(header: $0).ownership },
            acl: try call.header("x-amz-acl").map { try CannedACL(header: $0) }
        )
        settings.tags = (configuration?.tags ?? []).map(\.tag)
        settings.location = place.alias
        let buckets = Buckets(call.call.at(place.store))
        do {
            try await buckets.create(call.bucket, settings: settings)
        } catch let fault as Fault where fault.code == .bucketAlreadyOwnedByYou && place.isStandard {
            // There, and only there, making it again is no error: it sets the ACL anew.
            guard try await buckets.region(of: call.bucket) == place.store.region else { throw fault }
            let acl = settings.acl
            try await buckets.change(call.bucket) { try $0.setAgain(acl) }
        }
        var reply = Reply.empty(.ok)
        reply.headers[.location] = "/\(call.bucket)"
        return reply
    }
}
