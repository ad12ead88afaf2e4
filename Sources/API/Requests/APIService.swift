import Connections
import Domain
import HTTPTypes
import NIOCore
import Services
import Wire

/// One AWS service: its actions, and what is its own on the path of a request.
protocol APIService: Sendable {
    /// What actions are read from.
    associatedtype Input: ConditionSource
    /// What a verified request brings beside its head.
    associatedtype Content: RequestContent

    /// As signatures have it: `ec2`.
    static var name: String { get }
    /// By their names.
    static var actions: [String: any Action<Input>.Type] { get }
    /// The header of an answer that carries the id of the request.
    static var requestIDField: HTTPField.Name { get }

    /// Verifies the signature, and reads the body as far as that takes.
    ///
    /// - Parameter key: the access key that the claim names.
    static func verify(_ request: IncomingRequest, _ claim: RequestClaim, under key: KnownKey, on path: CallPath) async throws -> Content

    /// The Region that a request acts in.
    static func region(of claim: RequestClaim, _ content: Content, by principal: Principal, on path: CallPath) async throws -> RegionStore

    static func action(of request: IncomingRequest, _ content: Content, on path: CallPath) throws -> AskedAction<Input>

    /// Whether a request for an action has no signature, by the service model, be it one that is here or not: a token in it tells who calls.
    static func isUnsigned(_ action: String) -> Bool

    /// What a client is told that signs with a key that is not known.
    static func unknownAccessKey(_ id: String) -> any Error

    /// What a client is told whose session token is no good.
    static func refused(_ session: SessionRefusal) -> any Error

    /// What a client is told of any error.
    static func reply(to error: any Error, of request: IncomingRequest, requestID: String, on path: CallPath) -> Reply
}

extension APIService {
    static func isUnsigned(_: String) -> Bool { false }
}

/// What a verified request brings beside its head: its body, or what leads to it where it is read as it comes.
protocol RequestContent {
    /// Of the memory for bodies: held until the call is answered.
    var share: BodyBudget.Share { get }
}

/// What services share that read bodies whole, and say all errors in one form.
protocol WholeBodyService: APIService, Dialect where Content == WholeBody {
    /// Whether the service is the same in every Region, and may be signed for any.
    static var isGlobal: Bool { get }

    /// Whether a request may leave its body out of the signature.
    static func allowsUnsignedBody(_ request: IncomingRequest) -> Bool
}

extension WholeBodyService {
    static var isGlobal: Bool { false }
    static var requestIDField: HTTPField.Name { .amznRequestID }

    static func allowsUnsignedBody(_ request: IncomingRequest) -> Bool { false }

    static func region(of claim: RequestClaim, _: WholeBody, by _: Principal, on path: CallPath) throws -> RegionStore {
        let name = claim.region ?? ""
        if let region = Region(rawValue: name), let store = path.deployment.regions[region] { return store }
        // A global service may be signed for us-east-1 whatever Regions are served.
        if isGlobal, let store = path.deployment.regions.min(by: { $0.key < $1.key })?.value { return store }
        throw RefusedRequest(unknownRegion(name, served: path.deployment.servedRegions))
    }

    static func unknownAccessKey(_: String) -> any Error { RefusedRequest(unknownAccessKey) }

    static func refused(_ session: SessionRefusal) -> any Error {
        switch session {
        case .invalid: RefusedRequest(unknownAccessKey)
        case .expired: RefusedRequest(expiredToken)
        }
    }

    static func reply(to error: any Error, of request: IncomingRequest, requestID: String, on path: CallPath) -> Reply {
        let refusal = refusal(error)
        var reply = reply(refusal, requestID: requestID)
        reply.errorCode = refusal.code
        return reply
    }
}
