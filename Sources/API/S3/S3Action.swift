import Domain
import Services
import Wire

/// An operation of S3: what the request has in its head is there when it is read; its body comes while it runs.
protocol S3Action: Action where Input == S3Request {
    /// Whether the bucket must be there, before anything else that the request says is looked at.
    static var needsBucket: Bool { get }

    var request: S3Request { get }

    init(request: S3Request)

    func run(_ call: S3Call) async throws -> Reply
}

extension S3Action {
    static var needsBucket: Bool { true }

    static func read(_ request: S3Request, in call: Call) async throws -> ReadAction<Self> {
        ReadAction(action: Self(request: try await admitted(request, in: call)))
    }

    /// What holds for all operations before one looks at what the request says, its body included.
    static func admitted(_ request: S3Request, in call: Call) async throws -> S3Request {
        try S3Service.requireSigner(of: name, in: call)
        try request.checkGuards()
        var request = request
        if needsBucket {
            let found = try await Buckets(call).find(request.bucket)
            try await Buckets(call).requireOpen(found)
            request.found = found
        }
        if request.isSent("x-amz-expected-bucket-owner") {
            let owner = if let found = request.found { found.owner } else { try await Buckets(call).owner(of: request.bucket) }
            try request.require(owner: "x-amz-expected-bucket-owner", toBe: owner ?? call.account)
        }
        if request.isSent("x-amz-source-expected-bucket-owner"), let source = request.header("x-amz-copy-source") {
            let bucket = try CopySource(header: source).bucket
            guard let owner = try await Buckets(call).owner(of: bucket) else { throw Buckets.missing(bucket) }
            try request.require(owner: "x-amz-source-expected-bucket-owner", toBe: owner)
        }
        return request
    }

    func reply(in call: Call, requestID: String) async throws -> Reply {
        let call = S3Call(request: request, call: call)
        do {
            return try await run(call)
        } catch {
            throw await call.hidingAbsence(error, of: Self.name)
        }
    }
}
