import Connections
import Domain
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Services
import Wire

/// Calls of the API that the console makes for who has signed in to it. They go the path of every call, so that a right, a limit and a rule exist
/// once, and the log tells of them as of any other; the session stands for the signature.
package struct SignedInCalls: Sendable {
    /// What would be signed. The Region and the service are those of the signature.
    package struct Request: Sendable {
        let service: String
        let method: HTTPRequest.Method
        /// With the query, percent-encoded.
        let target: String
        let headers: HTTPFields
        let body: ByteBuffer

        private init(
            _ service: String,
            _ method: HTTPRequest.Method,
            _ target: String,
            _ headers: HTTPFields = [:],
            _ body: ByteBuffer = ByteBuffer()
        ) {
            (self.service, self.method, self.target, self.headers, self.body) = (service, method, target, headers, body)
        }

        /// Of EC2, IAM or STS: parameters as a form, XML out.
        package static func query(_ service: String, _ action: String, _ parameters: [(String, String)]) -> Request {
            let form = FormEncoding.encode([("Action", action)] + parameters)
            return Request(service, .post, "/", [.contentType: "application/x-www-form-urlencoded"], ByteBuffer(string: form))
        }

        /// Of a service of JSON 1.1.
        ///
        /// - Parameter target: the action with what stands before it in `X-Amz-Target`: `TrentService.ListKeys`.
        package static func json(_ service: String, target: String, _ members: [UInt8]) -> Request {
            Request(service, .post, "/", [.contentType: "application/x-amz-json-1.1", .amazonTarget: target], ByteBuffer(bytes: members))
        }

        /// Of a service that is asked by method and path, such as S3.
        package static func rest(
            _ service: String,
            _ method: HTTPRequest.Method,
            _ target: String,
            headers: HTTPFields = [:],
            body: ByteBuffer = ByteBuffer()
        ) -> Request {
            var headers = headers
            headers[.contentLength] = String(body.readableBytes)
            return Request(service, method, target, headers, body)
        }
    }

    package struct Answer: Sendable {
        package let status: Int
        package let headers: HTTPFields
        package let body: [UInt8]
        package let requestID: String

        package var isRefusal: Bool { status >= 300 }
    }

    /// An answer is longer than a page can show.
    package struct TooLong: Error, CustomStringConvertible {
        package var description: String { "the answer is longer than a page can show" }
    }

    private static let answerBytesMax = 16 << 20

    private let path: CallPath

    init(on path: CallPath) { self.path = path }

    package var deployment: Deployment { path.deployment }
    package var isSecure: Bool { path.isSecure }

    /// - Parameter browser: the request that the call is made for: where it comes from is where the call comes from.
    /// - Throws: `TooLong`, and `RequestError` for a target that cannot be read.
    package func answer(_ request: Request, of key: KnownKey, in region: Region, for browser: IncomingRequest, requestID: String)
        async throws
        -> Answer
    {
        let reply = try await reply(to: request, of: key, in: region, for: browser, requestID: requestID)
        return Answer(status: reply.status.code, headers: reply.headers, body: try await Self.whole(reply), requestID: requestID)
    }

    /// As `answer`, with what may be too long to hold still to come.
    package func reply(to request: Request, of key: KnownKey, in region: Region, for browser: IncomingRequest, requestID: String)
        async throws
        -> Reply
    {
        let share = path.bodies.open(for: key.principal.account.rawValue)
        defer { share.close() }
        var headers = request.headers
        headers[.userAgent] = browser.headers[.userAgent]
        headers[.referer] = browser.headers[.referer]
        // A name behind which a bucket may stand would make the path that of an object.
        let host = request.service == S3Service.name ? "localhost" : browser.host
        let head = HTTPRequest(method: request.method, scheme: nil, authority: host, path: request.target, headerFields: headers)
        let incoming = try IncomingRequest(Hummingbird.Request(head: head, body: .init(buffer: request.body)), on: browser.channel)
        let claim = RequestClaim.signedIn(key, of: request.service, in: region, body: WholeBody(bytes: request.body, share: share))
        guard let service = ServiceRegistry.named(request.service) else { preconditionFailure("\(request.service) is no service") }
        var logger = path.deployment.logger
        logger[metadataKey: "request_id"] = "\(requestID)"
        return await path.answer(service, incoming, claim, requestID: requestID, logger: &logger)
    }

    private static func whole(_ reply: Reply) async throws -> [UInt8] {
        var bytes = Array(reply.body.readableBytesView)
        guard var parts = reply.parts else { return bytes }
        while let part = try await parts.next() {
            guard bytes.count + part.readableBytes <= answerBytesMax else { throw TooLong() }
            bytes.append(contentsOf: part.readableBytesView)
        }
        return bytes
    }

    /// Reads the body that a browser has sent, and holds memory for it as long as it is used.
    ///
    /// - Parameter account: of who has signed in; nil for a stranger, whose body takes of the memory for those.
    /// - Throws: `BodyTooLong`, `BodyNotWhole`, `BodyBudget.Exceeded`.
    package func withBody<Result>(
        of request: IncomingRequest,
        from account: AccountID?,
        bytesMax: Int,
        _ use: (ByteBuffer) async throws -> Result
    ) async throws -> Result {
        let share = account.map { path.bodies.open(for: $0.rawValue) } ?? path.shareForStranger(for: request)
        defer { share.close() }
        return try await use(try await request.body(atMost: bytesMax, within: share))
    }

    /// Tells the log who has signed in, and from where.
    package func noteSignIn(of principal: Principal, by way: String, on request: IncomingRequest, requestID: String) {
        var logger = logger(for: request, requestID)
        logger[metadataKey: "account"] = "\(principal.account)"
        logger.info("Signed in to the console", metadata: ["principal": "\(principal.logName)", "way": "\(way)"])
    }

    /// Tells the log of a sign-in that was refused, as often as it tells of refused signatures.
    package func noteRefusedSignIn(by way: String, on request: IncomingRequest, requestID: String) {
        var logger = logger(for: request, requestID)
        logger[metadataKey: "way"] = "\(way)"
        path.securityLog.noteRefusedSignIn(from: request.address, logger)
    }

    private func logger(for request: IncomingRequest, _ requestID: String) -> Logger {
        var logger = path.deployment.logger
        logger[metadataKey: "request_id"] = "\(requestID)"
        logger[metadataKey: "address"] = "\(request.address)"
        return logger
    }

    /// The connection is one of who has signed in, and no stranger's any more.
    package func noteSignedIn(_ account: AccountID, on request: IncomingRequest) {
        path.connections.sawSignature(on: request.channel, of: account.rawValue, by: nil)
    }
}

/// What answers under paths of its own, for people and not for clients of AWS.
package protocol Pages: Sendable {
    /// Nil for a request that is not for them.
    func reply(to request: IncomingRequest, requestID: String) async -> Reply?
}

extension SignedInCalls {
    /// What is told of a body that was not read whole: a status, and a text. Nil for any other error.
    package static func bodyFault(_ error: any Error) -> (status: Int, text: String)? {
        switch error {
        case is BodyTooLong: (413, "The form is longer than a page sends.")
        case is BodyBudget.Exceeded: (503, "The server has too many requests in hand. Try again later.")
        case let error as BodyNotWhole: (408, "\(error)")
        default: nil
        }
    }
}

extension Principal {
    /// Who it is, within the account.
    fileprivate var logName: String {
        switch kind {
        case .rootUser: "root"
        case .user(let user): "user/\(user.name)"
        case .role(let role): "role/\(role.name)/\(role.session)"
        case .federatedUser(let name, _): "federated-user/\(name)"
        case .anonymous: "nobody"
        }
    }
}
