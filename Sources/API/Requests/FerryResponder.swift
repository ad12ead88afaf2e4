import Connections
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Services
import Wire

/// What answers every request: public pages to everybody, and calls by the path of their service.
package struct FerryResponder: HTTPResponder {
    package typealias Context = FerryContext

    private let path: CallPath
    private let publicPages: PublicPages
    private let pages: (any Pages)?
    private let securityLog: SecurityLog

    /// - Parameter pages: what answers people, made over calls of this server.
    package init(
        deployment: Deployment,
        connections: ConnectionRegistry,
        bodies: BodyBudget,
        answers: AnswerBudget,
        isSecure: Bool,
        version: String,
        pages: (SignedInCalls) throws -> (any Pages)? = { _ in nil }
    ) rethrows {
        securityLog = SecurityLog(deployment.logger)
        path = CallPath(
            deployment: deployment,
            securityLog: securityLog,
            connections: connections,
            bodies: bodies,
            answers: answers,
            baseNames: S3Service.baseNames(of: deployment),
            isSecure: isSecure
        )
        publicPages = PublicPages(of: deployment, version: version)
        self.pages = try pages(SignedInCalls(on: path))
    }

    package func respond(to request: Request, context: Context) async throws -> Response {
        let requestID = UUID().uuidString.lowercased()
        let incoming: IncomingRequest
        do throws(RequestError) {
            incoming = try IncomingRequest(request, on: context.channel)
        } catch {
            return Self.refusal(of: request, error, requestID: requestID).response(requestID: requestID, on: context.channel.eventLoop)
        }
        if let page = try await publicPages.reply(to: incoming) {
            return page.response(requestID: requestID, on: context.channel.eventLoop)
        }
        // Under the host of a bucket everything is the bucket's.
        if !S3Address.isVirtualHost(incoming.host, baseNames: path.baseNames),
            var page = await pages?.reply(to: incoming, requestID: requestID)
        {
            if incoming.continuation.isPending { page.headers[.connection] = "close" }
            return page.response(requestID: requestID, on: context.channel.eventLoop)
        }

        var logger = path.deployment.logger
        logger[metadataKey: "request_id"] = "\(requestID)"
        let started = ContinuousClock.now
        var reply = await reply(to: incoming, requestID: requestID, logger: &logger)
        if incoming.continuation.isPending { reply.headers[.connection] = "close" }
        // What others have put into buckets must not act in a browser as a page of this server, where somebody may be signed in.
        reply.headers[.contentSecurityPolicy] = "sandbox allow-forms allow-popups allow-scripts"
        reply.headers[.xContentTypeOptions] = "nosniff"
        if !reply.isUndecided, logger[metadataKey: "account"] == nil {
            securityLog.noteRefusal(of: incoming, with: Int(reply.status.code), logger)
        }
        logger.debug(
            "Answered a request",
            metadata: ["status": "\(reply.status.code)", "duration": "\(ContinuousClock.now - started)"]
        )
        return reply.response(requestID: requestID, logger: logger, on: context.channel.eventLoop)
    }

    /// Finds the service, and so the dialect to answer in; the path does the rest.
    private func reply(to request: IncomingRequest, requestID: String, logger: inout Logger) async -> Reply {
        let claim: RequestClaim
        do {
            if let found = try RequestClaim(of: request) {
                claim = found
            } else if isOpenToNobody(request) {
                claim = .nobody(of: S3Service.name)
            } else {
                return await replyToUnsigned(request, requestID: requestID, logger: &logger)
            }
        } catch let error as SignatureError {
            return refusal(of: request, error, requestID: requestID)
        } catch {
            return S3Service.reply(to: error, of: request, requestID: requestID, on: path)
        }
        guard let service = ServiceRegistry.named(claim.service) else {
            let refusal = Refusal(
                code: "UnsupportedOperation",
                message: "This Ferry does not speak the API of the service '\(claim.service)'",
                status: .badRequest
            )
            return Self.dialect(for: request).reply(refusal, requestID: requestID)
        }
        return await path.answer(service, request, claim, requestID: requestID, logger: &logger)
    }

    /// Answers a request without a signature that is none of S3.
    private func replyToUnsigned(_ request: IncomingRequest, requestID: String, logger: inout Logger) async -> Reply {
        do {
            guard let body = try await path.unsignedForm(of: request) else { return refusal(of: request, nil, requestID: requestID) }
            defer { body.share.close() }
            let claim = RequestClaim.nobody(of: STSService.name, body: body)
            return await path.answer(STSService.self, request, claim, requestID: requestID, logger: &logger)
        } catch {
            return path.refuse(error, STSService.self, request, requestID: requestID, logger: &logger)
        }
    }

    /// Whether a request without a signature is one of S3, which lets in nobody where a bucket says so. Every other service needs a signature.
    private func isOpenToNobody(_ request: IncomingRequest) -> Bool {
        guard !request.hasSignature, Self.jsonService(for: request.headers) == nil else { return false }
        guard S3Address.isVirtualHost(request.host, baseNames: path.baseNames) else {
            return Self.dialect(for: request) == EC2Service.self && request.target.path.encoded != "/"
        }
        // What a form asks for is an action of EC2 or its like, whatever the server is called.
        let isForm = request.headers[.contentType]?.lowercased().hasPrefix("application/x-www-form-urlencoded") ?? false
        return request.target.path.encoded != "/" || !isForm && !request.target.query.contains("Action")
    }

    /// Refuses a request whose signature cannot be read, or that has none (nil), in the dialect that it most likely is in.
    private func refusal(of request: IncomingRequest, _ error: SignatureError?, requestID: String) -> Reply {
        let dialect = Self.dialect(for: request)
        guard dialect != EC2Service.self || request.target.path.encoded == "/" else {
            // EC2, KMS and STS have no path but the root: any other names a bucket.
            let isInQuery = request.target.query.parameters.contains { $0.name.hasPrefix("X-Amz-") }
            let refusal = error.map { S3Service.refused($0, isInQuery: isInQuery) } ?? S3Error(.accessDenied)
            return S3Service.reply(to: refusal, of: request, requestID: requestID, on: path)
        }
        return dialect.reply(error.map(dialect.refusal) ?? dialect.unsigned, requestID: requestID)
    }

    /// Refuses a request whose target cannot be read, which may be in any dialect.
    private static func refusal(of request: Request, _ error: RequestError, requestID: String) -> Reply {
        let path = String((request.head.path ?? "/").prefix { $0 != "?" })
        var reply: Reply
        if let service = jsonService(for: request.headers) {
            reply = service.reply(service.refusal(error), requestID: requestID)
        } else if path == "/" {
            reply = EC2Service.reply(EC2Service.refusal(error), requestID: requestID)
        } else {
            let refusal = S3Error(.invalidURI, details: [.init(.uri, request.head.path ?? "")], explanation: error.message)
            reply = Reply(status: .badRequest, headers: [.requestID: requestID, .contentType: "application/xml"])
            if request.method != .head { reply.body = ByteBuffer(bytes: refusal.document(of: S3ErrorSubject(), requestID: requestID)) }
        }
        reply.headers[.connection] = "close"
        return reply
    }

    private static func jsonService(for headers: HTTPFields) -> (any JSONService.Type)? {
        guard let target = headers[.amazonTarget] else { return nil }
        return ServiceRegistry.jsonServices.first { target.hasPrefix($0.targetPrefix) }
    }

    /// The dialect of a request that names no service: EBS direct and the Recycle Bin have routes of their own, services of JSON a header, the
    /// rest is answered as EC2 would.
    private static func dialect(for request: IncomingRequest) -> any Dialect.Type {
        if let service = jsonService(for: request.headers) { return service }
        if EBSService.recognises(request) { return EBSService.self }
        return RBinService.recognises(request) ? RBinService.self : EC2Service.self
    }
}
