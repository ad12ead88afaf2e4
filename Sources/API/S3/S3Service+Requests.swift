import Connections
import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Metadata
import Services
import Wire

/// The path of a request of S3: unlike others, its body may be longer than memory, so the signature is verified before it comes.
extension S3Service {
    /// The claim of a request that is presigned with Signature Version 2, which names neither service nor Region.
    static func presignedV2(_ request: IncomingRequest) throws -> PresignedV2Claim? {
        // EC2 had a Version 2 of its own, with an action among its parameters.
        guard !request.target.query.contains("Action") else { return nil }
        do {
            return try PresignedV2Claim(request: request.signable)
        } catch {
            throw S3Service.refused(error, isInQuery: true)
        }
    }

    static func answer(
        _ request: IncomingRequest,
        _ claim: S3Claim,
        from responder: FerryResponder,
        requestID: String,
        logger: inout Logger
    ) async -> Reply {
        logger[metadataKey: "service"] = "s3"
        do {
            try request.checkHost()
            let deployment = responder.deployment
            let address = try S3Address(host: request.host, path: request.target.path, baseNames: responder.baseNames)
            // Before the body: a stranger gets no memory.
            guard !claim.hasSessionToken, let key = try await responder.accessKeys.find(claim.accessKeyID) else {
                throw S3Error(.invalidAccessKeyID, details: [.init(.accessKeyID, claim.accessKeyID)])
            }
            let input = try claim.verified(request, address: address, secret: key.secret, now: deployment.clock.now)
            responder.connections.sawSignature(on: request.channel)
            let store = try await region(of: claim, address, key.principal, in: deployment)
            logger[metadataKey: "region"] = "\(store.region)"
            logger[metadataKey: "account"] = "\(key.principal.account)"
            let query = try S3Query(request.target.query)
            let operation = try S3Operation(
                method: request.method.rawValue,
                address: address,
                query: query,
                hasCopySource: input.header("x-amz-copy-source") != nil
            )
            let call = Call(principal: key.principal, store: store, deployment: deployment, host: request.host)
            let share = responder.bodies.open()
            defer { share.close() }
            let s3Call = S3Call(
                call: call,
                isForStandardRegion: claim.region.map { $0 == standardRegion } ?? true,
                operation: operation,
                address: address,
                query: query,
                input: input,
                share: share,
                answers: responder.answers
            )
            try s3Call.checkGuards()
            var reply = try await respond(to: s3Call, logger: &logger)
            reply.headers[.requestID] = requestID
            return reply
        } catch {
            let reply = reply(to: error, of: request, baseNames: responder.baseNames, requestID: requestID)
            if error is BodyBudget.Exceeded {
                responder.connections.notices.note(.bodies)
            } else if reply.status.code >= 500, reply.status != .notImplemented {
                logger.error("A request failed", metadata: .error(error))
            } else {
                if let error = error as? S3Error { logger[metadataKey: "code"] = "\(error.code.rawValue)" }
                logger.debug("Refused a request", metadata: .error(error))
            }
            return reply
        }
    }

    /// The names behind which a bucket may stand, as `depot.localhost` or `depot.s3.eu-west-1.amazonaws.com`.
    static func baseNames(of deployment: Deployment) -> Set<String> {
        var names: Set<String> = ["s3.amazonaws.com"]
        for region in deployment.regions.keys { names.insert("s3.\(region).amazonaws.com") }
        for host in ["localhost"] + deployment.hostNames {
            names.formUnion([host, "s3.\(host)"] + deployment.regions.keys.map { "s3.\($0).\(host)" })
        }
        return names
    }
}
