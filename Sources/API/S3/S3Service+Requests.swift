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
        guard !request.signable.query.contains("Action=") else { return nil }
        do {
            return try PresignedV2Claim(request: request.signable)
        } catch {
            throw S3Service.refused(error)
        }
    }

    static func answer(
        _ request: IncomingRequest,
        _ claim: S3Claim,
        from responder: FerryResponder,
        requestID: String,
        logger: inout Logger
    ) async -> Reply {
        logger[metadataKey: "service"] = "S3Service"
        do {
            try request.checkHost()
            let deployment = responder.deployment
            let address = try S3Address(host: request.host, path: request.signable.path, baseNames: responder.baseNames)
            // Before the body: a stranger gets no memory.
            guard !claim.hasSessionToken, let key = try await responder.accessKeys.find(claim.accessKeyID) else {
                throw S3Error(.invalidAccessKeyID, "The AWS Access Key Id you provided does not exist in our records.")
            }
            let input = try claim.verified(request, address: address, secret: key.secret, now: deployment.clock.now)
            let store = try await region(of: claim, address, key.principal.account, in: deployment)
            logger[metadataKey: "region"] = "\(store.region)"
            logger[metadataKey: "account"] = "\(key.principal.account)"
            let query = try S3Query(request.signable.query)
            let operation = try S3Operation(
                method: request.method.rawValue,
                address: address,
                query: query,
                hasCopySource: input.header("x-amz-copy-source") != nil
            )
            let call = Call(principal: key.principal, store: store, deployment: deployment, host: request.host)
            let request = S3Call(call: call, operation: operation, address: address, query: query, input: input)
            try request.checkGuards()
            var reply = try await respond(to: request, logger: &logger)
            reply.headers[.requestID] = requestID
            return reply
        } catch {
            let reply = reply(to: error, path: request.signable.path, isHead: request.method == .head, requestID: requestID)
            if reply.status.code >= 500, reply.status != .notImplemented {
                logger.error("A request failed", metadata: ["error": "\(error)"])
            } else {
                logger.debug("Refused a request", metadata: ["error": "\(error)"])
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

    /// That of the signature; without one that of the bucket, so that a link works wherever it leads.
    private static func region(of claim: S3Claim, _ address: S3Address, _ account: AccountID, in deployment: Deployment) async throws
        -> RegionStore
    {
        if let name = claim.region {
            guard let region = Region(rawValue: name), let store = deployment.regions[region] else {
                throw S3Error(
                    .authorizationHeaderMalformed,
                    "The authorization header is malformed; the region '\(name)' is not served here"
                )
            }
            return store
        }
        guard let first = deployment.regions.min(by: { $0.key < $1.key })?.value else {
            throw S3Error(.serviceUnavailable, "This Ferry serves no Region")
        }
        guard let bucket = address.bucket else { return first }
        let principal = Principal(account: account, accessKeyID: claim.accessKeyID)
        do {
            _ = try await Buckets(Call(principal: principal, store: first, deployment: deployment, host: "")).require(bucket)
            return first
        } catch let elsewhere as BucketElsewhere {
            return deployment.regions[elsewhere.region] ?? first
        }
    }
}
