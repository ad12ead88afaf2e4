import Domain
import HTTPTypes
import Services
import Testing

/// A bucket of the root account at an edge, which its owner and nobody ask for things.
struct SampleBucket: Sendable {
    typealias Send = @Sendable (SampleRequest, SampleRequest.Signing) async throws -> EdgeAnswer

    static let name = "depot"

    let send: Send

    /// Runs a test with a bucket that takes policies and ACLs that let others in.
    static func run(throttle: Throttle = Throttle(.off), _ body: (SampleBucket, Edge) async throws -> Void) async throws {
        try await Edge.run(throttle: throttle) { edge in
            try await EdgeDriver.direct.open(edge) { send in
                let bucket = SampleBucket(send: send)
                try await bucket.done(.put, "", ["x-amz-object-ownership": "ObjectWriter"])
                try await bucket.done(.delete, "?publicAccessBlock", status: 204)
                try await body(bucket, edge)
            }
        }
    }

    /// - Parameter tail: what stands behind the bucket: `/key?versionId=…`.
    static func request(_ method: HTTPRequest.Method, _ tail: String, _ headers: [String: String] = [:], _ body: String = "")
        -> SampleRequest
    {
        var request = SampleRequest.rest("s3", method, "/\(name)\(tail)", headers.map { ($0.key, $0.value) })
        request.body = Array(body.utf8)
        return request
    }

    func owner(_ method: HTTPRequest.Method, _ tail: String, _ headers: [String: String] = [:], _ body: String = "") async throws
        -> EdgeAnswer
    {
        try await send(Self.request(method, tail, headers, body), .right)
    }

    func nobody(_ method: HTTPRequest.Method, _ tail: String, _ headers: [String: String] = [:], _ body: String = "") async throws
        -> EdgeAnswer
    {
        try await send(Self.request(method, tail, headers, body), .absent)
    }

    /// What the owner does, which must go well.
    @discardableResult
    func done(
        _ method: HTTPRequest.Method,
        _ tail: String,
        _ headers: [String: String] = [:],
        _ body: String = "",
        status: Int = 200
    ) async throws -> EdgeAnswer {
        let answer = try await owner(method, tail, headers, body)
        try #require(answer.status == status, "\(method) \(tail): \(answer.status) \(answer.body)")
        return answer
    }

    /// Sets a policy: each statement as JSON, without its braces.
    func setPolicy(_ statements: String...) async throws {
        let policy = #"{"Version":"2012-10-17","Statement":["# + statements.map { "{\($0)}" }.joined(separator: ",") + "]}"
        try await done(.put, "?policy", [:], policy, status: 204)
    }

    /// A statement about everybody.
    static func everybody(
        _ effect: String = "Allow",
        _ actions: String...,
        on resources: [String] = ["", "/*"],
        if condition: String? = nil
    ) -> String {
        let actions = actions.map { "\"s3:\($0)\"" }.joined(separator: ",")
        let resources = resources.map { "\"arn:aws:s3:::\(name)\($0)\"" }.joined(separator: ",")
        let condition = condition.map { ",\"Condition\":{\($0)}" } ?? ""
        return #""Effect":"\#(effect)","Principal":"*","Action":[\#(actions)],"Resource":[\#(resources)]\#(condition)"#
    }
}
