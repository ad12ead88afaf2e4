import Connections
import Domain
import HTTPTypes
import Logging
import Services
import Wire

/// The path of every call of every service, from its signature to its answer: access key, signature, Region, action, throttle, parameters,
/// permissions, dry run, run, record, answer. A client token is looked up where the use case commits (`Call+Once.swift`). Nothing reaches an action in another way. What comes before, finding the service, is
/// `FerryResponder`'s.
struct CallPath: Sendable {
    let deployment: Deployment
    let securityLog: SecurityLog
    let connections: ConnectionRegistry
    /// The memory for bodies that are read whole, and for long answers.
    let bodies: BodyBudget
    let answers: AnswerBudget
    /// The names behind which a bucket may stand in `Host`.
    let baseNames: Set<String>
    /// Whether clients speak TLS.
    let isSecure: Bool
    let authorization = Authorization()

    /// - Parameter logger: is told what the request was found to be; only what the server knows, as a stranger could forge lines with the rest.
    func answer<Service: APIService>(
        _ service: Service.Type,
        _ request: IncomingRequest,
        _ claim: RequestClaim,
        requestID: String,
        logger: inout Logger
    ) async -> Reply {
        logger[metadataKey: "service"] = "\(service.name)"
        do {
            try request.checkHost()
            // Before the body: a stranger gets no memory.
            let key = try await accessKey(of: claim, for: service)
            let content = try await service.verify(request, claim, under: key, on: self)
            defer { content.share.close() }
            logger[metadataKey: "account"] = "\(key.principal.account)"
            let store = try await service.region(of: claim, content, by: key.principal, on: self)
            logger[metadataKey: "region"] = "\(store.region)"
            if key.session == nil, !key.principal.isNobody {
                deployment.accessKeys.noteUse(of: key.principal.accessKeyID, for: service.name, in: store.region)
            }
            let asked = try service.action(of: request, content, on: self)
            logger[metadataKey: "action"] = "\(asked.type.name)"
            if let resource = asked.resource { logger[metadataKey: "resource"] = "\(resource.prefix(256))" }
            let origin = request.origin(isSecure: isSecure)
            try throttle(asked, key.principal, from: origin, store.region, for: service)
            let call = Call(
                principal: key.principal,
                session: key.session,
                identityVersion: key.version,
                store: store,
                deployment: deployment,
                host: request.host,
                origin: origin
            )
            try translatingSessionRefusal(service) { try call.checkSession(calls: asked.type.name, of: service.name) }
            var reply = try await run(asked.type, asked.input, of: request, in: call, requestID: requestID, for: service)
            if let resource = reply.resource { logger[metadataKey: "resource"] = "\(resource)" }
            record(asked.type, reply, of: request, for: service, logger)
            reply.headers[service.requestIDField] = requestID
            return reply
        } catch {
            return refuse(error, service, request, requestID: requestID, logger: &logger)
        }
    }

    /// What all actions share: read, authorise, dry run, run.
    func run<Subject: Action, Service: APIService>(
        _: Subject.Type,
        _ input: Subject.Input,
        of request: IncomingRequest,
        in call: Call,
        requestID: String,
        for _: Service.Type
    ) async throws -> Reply {
        let (read, authorized): (ReadAction<Subject>, Call)
        do {
            read = try await Subject.read(input, in: call)
            let call = read.identity.map(call.vouched) ?? call
            authorized = try await authorization.authorize(read.action, in: call) {
                input.facts(of: Subject.name).merging(read.facts) { $1 }
            }
        } catch {
            throw Subject.refusal(error, in: call)
        }
        if call.principal.isNobody { connections.letIn(request.channel) }
        guard let dryRunOutcome = read.dryRunOutcome else { return try await read.action.reply(in: authorized, requestID: requestID) }
        try await authorized.rehearse { _ = try await read.action.reply(in: $0, requestID: requestID) }
        throw dryRunOutcome
    }

    /// Tells the log what was changed; what only moved data is not told.
    private func record<Service: APIService>(
        _ action: any Action.Type,
        _ reply: Reply,
        of request: IncomingRequest,
        for _: Service.Type,
        _ logger: Logger
    ) {
        guard (200..<300).contains(reply.status.code), !action.movesData, let change = Change(action.name, of: Service.name) else { return }
        securityLog.note(change, by: request, logger)
    }

    private func throttle<Service: APIService>(
        _ asked: AskedAction<Service.Input>,
        _ principal: Principal,
        from origin: CallOrigin,
        _ region: Region,
        for _: Service.Type
    ) throws {
        let (throttle, service, action, isUnbounded) = (deployment.throttle, Service.name, asked.type.name, asked.isUnbounded)
        let isAdmitted =
            principal.isNobody
            ? throttle.admitsStranger(from: origin.address, in: region, service: service, action: action, isUnbounded: isUnbounded)
            : throttle.admits(
                principal.account,
                in: region,
                service: service,
                action: action,
                isUnbounded: isUnbounded,
                resources: asked.resources
            )
        guard isAdmitted else { throw Throttled(action: action) }
    }

    private func accessKey<Service: APIService>(of claim: RequestClaim, for _: Service.Type) async throws -> KnownKey {
        switch claim {
        case .nobody: return .nobody
        case .signedIn(let key, _, _, _): return key
        case .v4, .v2: break
        }
        do {
            guard let key = try await deployment.key(claim.accessKeyID, sessionToken: claim.sessionToken) else {
                throw Service.unknownAccessKey(claim.accessKeyID)
            }
            return key
        } catch let refusal as SessionRefusal {
            throw Service.refused(refusal)
        }
    }

    private func translatingSessionRefusal<Service: APIService>(_: Service.Type, _ check: () throws -> Void) throws {
        do {
            try check()
        } catch let refusal as SessionRefusal {
            throw Service.refused(refusal)
        }
    }

    func refuse<Service: APIService>(
        _ error: any Error,
        _: Service.Type,
        _ request: IncomingRequest,
        requestID: String,
        logger: inout Logger
    ) -> Reply {
        var reply = Service.reply(to: error, of: request, requestID: requestID, on: self)
        reply.headers[Service.requestIDField] = requestID
        reply.isUndecided = error is BodyNotWhole
        if error is BodyBudget.Exceeded {
            connections.notices.note(.bodies)
        } else if reply.isFailure, !(error is Throttled) {
            logger.error("A request failed", metadata: .error(error))
        } else {
            if let code = reply.errorCode { logger[metadataKey: "code"] = "\(code)" }
            logger.debug("Refused a request", metadata: .error(error))
        }
        return reply
    }
}

/// The account calls an action more often than it may: to be tried again later.
struct Throttled: Error, CustomStringConvertible {
    let action: String

    var description: String { "the account calls \(action) more often than it may" }
}
