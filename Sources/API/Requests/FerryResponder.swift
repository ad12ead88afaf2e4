import Connections
import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Services
import Wire

/// The path of every request, from the first byte to the answer.
package struct FerryResponder: HTTPResponder {
    package typealias Context = FerryContext

    let deployment: Deployment
    let accessKeys: AccessKeys
    let connections: ConnectionRegistry
    let bodies: BodyBudget
    let answers: AnswerBudget
    /// The names behind which a bucket may stand in `Host`.
    let baseNames: Set<String>
    private let publicPages: PublicPages
    private let securityLog: SecurityLog

    package init(
        deployment: Deployment,
        connections: ConnectionRegistry,
        bodies: BodyBudget,
        answers: AnswerBudget,
        version: String
    ) {
        self.deployment = deployment
        self.connections = connections
        self.bodies = bodies
        self.answers = answers
        accessKeys = AccessKeys(deployment.secrets)
        baseNames = S3Service.baseNames(of: deployment)
        securityLog = SecurityLog(deployment.logger)
        publicPages = PublicPages(of: deployment, version: version)
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

        var logger = deployment.logger
        logger[metadataKey: "request_id"] = "\(requestID)"
        let started = ContinuousClock.now
        var reply = await reply(to: incoming, requestID: requestID, logger: &logger)
        if incoming.continuation.isPending { reply.headers[.connection] = "close" }
        let address = context.channel.remoteAddress?.ipAddress ?? "unknown"
        if !reply.isUndecided { securityLog.note(incoming, answeredWith: Int(reply.status.code), from: address, logger) }
        logger.debug(
            "Answered a request",
            metadata: ["status": "\(reply.status.code)", "duration": "\(ContinuousClock.now - started)"]
        )
        return reply.response(requestID: requestID, logger: logger, on: context.channel.eventLoop)
    }

    /// Finds out in whose dialect to answer, and answers in it whatever happens.
    private func reply(to request: IncomingRequest, requestID: String, logger: inout Logger) async -> Reply {
        do {
            if let claim = try S3Service.presignedV2(request) {
                return await S3Service.answer(request, .v2(claim), from: self, requestID: requestID, logger: &logger)
            }
        } catch {
            return S3Service.reply(to: error, of: request, baseNames: baseNames, requestID: requestID)
        }
        let claim: SignatureClaim?
        do throws(SignatureError) {
            claim = try SignatureClaim(request: request.signable)
        } catch {
            return refusal(of: request, error, requestID: requestID)
        }
        guard let claim else { return refusal(of: request, nil, requestID: requestID) }
        switch claim.scope.service {
        case "ec2": return await answer(EC2Service.self, request, claim, requestID: requestID, logger: &logger)
        case "ebs": return await answer(EBSService.self, request, claim, requestID: requestID, logger: &logger)
        case "iam": return await answer(IAMService.self, request, claim, requestID: requestID, logger: &logger)
        case "kms": return await answer(KMSService.self, request, claim, requestID: requestID, logger: &logger)
        case "s3": return await S3Service.answer(request, .v4(claim), from: self, requestID: requestID, logger: &logger)
        case "sts": return await answer(STSService.self, request, claim, requestID: requestID, logger: &logger)
        default:
            let refusal = Refusal(
                code: "UnsupportedOperation",
                message: "This Ferry does not speak the API of the service '\(claim.scope.service)'",
                status: .badRequest
            )
            return Self.dialect(for: request).reply(refusal, requestID: requestID)
        }
    }

    /// The request path: Region, body, signature, action, answer.
    private func answer<Service: APIService>(
        _: Service.Type,
        _ request: IncomingRequest,
        _ claim: SignatureClaim,
        requestID: String,
        logger: inout Logger
    ) async -> Reply {
        do {
            try request.checkHost()
            let store = try Self.region(of: claim, in: deployment, for: Service.self)
            // Only what the server knows goes into the log: a stranger could forge lines with the rest.
            logger[metadataKey: "service"] = "\(claim.scope.service)"
            logger[metadataKey: "region"] = "\(store.region)"
            // Before the body: a stranger gets no memory.
            guard claim.sessionToken == nil, let key = try await accessKeys.find(claim.accessKeyID) else {
                throw RefusedRequest(Service.unknownAccessKey)
            }
            let isVerified = try verifyHead(request, claim, secret: key.secret, as: Service.self)
            if isVerified { connections.sawSignature(on: request.channel) }
            let isKnown = isVerified || connections.knows(request.channel)
            let share = isKnown ? bodies.open() : bodies.openForStranger { [connections] in connections.cutBody(on: request.channel) }
            defer { share.close() }
            let body = try await request.body(atMost: Service.bodyBytesMax, within: share)
            try verify(body, of: request, claim, isHeadVerified: isVerified, secret: key.secret)
            if !isVerified { connections.sawSignature(on: request.channel) }
            let principal = key.principal
            logger[metadataKey: "account"] = "\(principal.account)"
            let call = Call(principal: principal, store: store, deployment: deployment, host: request.host)
            return try await Service.respond(to: request, body: body, in: call, requestID: requestID, logger: &logger)
        } catch {
            let refusal = Service.refusal(error)
            if error is BodyBudget.Exceeded {
                connections.notices.note(.bodies)
            } else if refusal.isInternal {
                logger.error("A request failed", metadata: .error(error))
            } else {
                logger[metadataKey: "code"] = "\(refusal.code)"
                logger.debug("Refused a request", metadata: ["message": "\(refusal.message)"])
            }
            var reply = Service.reply(refusal, requestID: requestID)
            reply.isUndecided = error is BodyNotWhole
            return reply
        }
    }

    private static func region<Service: APIService>(
        of claim: SignatureClaim,
        in deployment: Deployment,
        for _: Service.Type
    ) throws -> RegionStore {
        if let region = Region(rawValue: claim.scope.region), let store = deployment.regions[region] { return store }
        // A global service may be signed for us-east-1 whatever Regions are served.
        if Service.isGlobal, let store = deployment.regions.min(by: { $0.key < $1.key })?.value { return store }
        throw RefusedRequest(Service.unknownRegion(claim.scope.region))
    }

    /// Verifies all but the body, where the request says what its body hashes to: a stranger's is then not read at all.
    ///
    /// - Returns: false where the body has to be hashed first.
    private func verifyHead<Service: APIService>(
        _ request: IncomingRequest,
        _ claim: SignatureClaim,
        secret: String,
        as _: Service.Type
    ) throws -> Bool {
        let isUnsigned = claim.payloadDeclaration == .unsigned
        guard !isUnsigned || Service.allowsUnsignedBody(request) else { throw SignatureError.payloadMismatch }
        return try claim.verifyHead(of: request.signable, secretAccessKey: secret, now: deployment.clock.now)
    }

    private func verify(
        _ body: ByteBuffer,
        of request: IncomingRequest,
        _ claim: SignatureClaim,
        isHeadVerified: Bool,
        secret: String
    ) throws {
        if !isHeadVerified {
            let payload = PayloadHash.hashing(body)
            try claim.verify(request: request.signable, secretAccessKey: secret, payload: payload, now: deployment.clock.now)
        } else if case .hash = claim.payloadDeclaration {
            try claim.checkDeclaredHash(.hashing(body))
        }
    }

    /// Refuses a request whose signature cannot be read, or that has none (nil), in the dialect that it most likely is in.
    private func refusal(of request: IncomingRequest, _ error: SignatureError?, requestID: String) -> Reply {
        let dialect = Self.dialect(for: request)
        guard dialect != EC2Service.self || request.target.path.encoded == "/" else {
            // EC2, KMS and STS have no path but the root: any other names a bucket.
            let isInQuery = request.target.query.parameters.contains { $0.name.hasPrefix("X-Amz-") }
            let refusal = error.map { S3Service.refused($0, isInQuery: isInQuery) } ?? S3Error(.accessDenied)
            return S3Service.reply(to: refusal, of: request, baseNames: baseNames, requestID: requestID)
        }
        return dialect.reply(error.map(dialect.refusal) ?? dialect.unsigned, requestID: requestID)
    }

    /// Refuses a request whose target cannot be read, which may be in any dialect.
    private static func refusal(of request: Request, _ error: RequestError, requestID: String) -> Reply {
        let path = String((request.head.path ?? "/").prefix { $0 != "?" })
        var reply: Reply
        if isForKMS(request.headers) {
            reply = KMSService.reply(KMSService.refusal(error), requestID: requestID)
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

    private static func isForKMS(_ headers: HTTPFields) -> Bool {
        headers[.amazonTarget]?.hasPrefix(KMSService.targetPrefix) == true
    }

    /// The dialect of a request that names no service: EBS direct has routes of its own, KMS a header, the rest is answered as EC2 would.
    private static func dialect(for request: IncomingRequest) -> any Dialect.Type {
        if isForKMS(request.headers) { return KMSService.self }
        return EBSService.recognises(request) ? EBSService.self : EC2Service.self
    }
}
