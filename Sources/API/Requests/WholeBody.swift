import Connections
import Domain
import NIOCore
import Services
import Wire

/// The body of a request whose signature has been verified.
struct WholeBody: RequestContent {
    let bytes: ByteBuffer
    let share: BodyBudget.Share
}

extension WholeBodyService {
    static func verify(_ request: IncomingRequest, _ claim: RequestClaim, under key: KnownKey, on path: CallPath) async throws -> WholeBody
    {
        switch claim {
        case .nobody(_, let body?), .signedIn(_, _, _, let body): return body
        default: break
        }
        // Version 2 is a matter of S3's links: its claims lead nowhere else.
        guard case .v4(let claim) = claim else { throw RefusedRequest(unsigned) }
        let isVerified = try verifyHead(of: request, claim, secret: key.secret, on: path)
        let signer = claim.isPresigned ? nil : claim.accessKeyID
        let account = key.principal.account
        if isVerified { path.connections.sawSignature(on: request.channel, of: account.rawValue, by: signer) }
        let share = path.share(for: request, of: account, claiming: claim.accessKeyID, isVerified: isVerified)
        do {
            let body = try await request.body(atMost: bodyBytesMax, within: share)
            try verify(body, of: request, claim, isHeadVerified: isVerified, secret: key.secret, on: path)
            if !isVerified { path.connections.sawSignature(on: request.channel, of: account.rawValue, by: signer) }
            return WholeBody(bytes: body, share: share)
        } catch {
            share.close()
            throw error
        }
    }

    /// Verifies all but the body, where the request says what its body hashes to: a stranger's is then not read at all.
    ///
    /// - Returns: false where the body has to be hashed first.
    private static func verifyHead(
        of request: IncomingRequest,
        _ claim: SignatureClaim,
        secret: String,
        on path: CallPath
    ) throws -> Bool {
        guard claim.payloadDeclaration != .unsigned || allowsUnsignedBody(request) else { throw SignatureError.payloadMismatch }
        return try claim.verifyHead(of: request.signable, secretAccessKey: secret, now: path.deployment.clock.now)
    }

    private static func verify(
        _ body: ByteBuffer,
        of request: IncomingRequest,
        _ claim: SignatureClaim,
        isHeadVerified: Bool,
        secret: String,
        on path: CallPath
    ) throws {
        if !isHeadVerified {
            let now = path.deployment.clock.now
            try claim.verify(request: request.signable, secretAccessKey: secret, payload: .hashing(body), now: now)
        } else if case .hash = claim.payloadDeclaration {
            try claim.checkDeclaredHash(.hashing(body))
        }
    }
}

extension CallPath {
    /// Memory for a body that is read before, or after, its signature could be verified.
    ///
    /// - Parameter keyID: the access key whose signature it is said to have. Anybody can say so: a connection must have shown one before.
    func share(for request: IncomingRequest, of account: AccountID, claiming keyID: String, isVerified: Bool) -> BodyBudget.Share {
        guard !isVerified, !connections.knows(request.channel, as: keyID) else { return bodies.open(for: account.rawValue) }
        return shareForStranger(for: request)
    }

    func shareForStranger(for request: IncomingRequest) -> BodyBudget.Share {
        bodies.openForStranger(from: ClientOrigin(of: request.channel.remoteAddress)) { [connections] in
            connections.cutBody(on: request.channel)
        }
    }
}
