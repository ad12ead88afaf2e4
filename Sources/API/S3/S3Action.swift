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
        try request.checkGuards()
        var request = request
        if needsBucket { request.found = try await Buckets(call).find(request.bucket) }
        try request.require(owner: "x-amz-expected-bucket-owner", toBe: request.found?.owner ?? call.account)
        if request.header("x-amz-source-expected-bucket-owner") != nil, let source = request.header("x-amz-copy-source") {
            let bucket = try CopySource(header: source).bucket
            try request.require(owner: "x-amz-source-expected-bucket-owner", toBe: try await Buckets(call).find(bucket).owner)
        }
        return request
    }

    func reply(in call: Call, requestID: String) async throws -> Reply { try await run(S3Call(request: request, call: call)) }
}
