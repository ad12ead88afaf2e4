import Connections
import Domain
import HTTPTypes
import Services
import Wire

/// An error as a client is told it, before a dialect writes it down. The one place where errors become codes.
struct Refusal: Sendable {
    let code: String
    let message: String
    let status: HTTPResponse.Status
    let reason: String?
    /// Whether the fault is ours: logged as an error, with its cause.
    var isInternal: Bool { status.code >= 500 }

    init(code: String, message: String, status: HTTPResponse.Status, reason: String? = nil) {
        self.code = code
        self.message = message
        self.status = status
        self.reason = reason
    }

    init(_ fault: Fault, status: HTTPResponse.Status) {
        self.init(code: fault.code.rawValue, message: fault.message, status: status, reason: fault.reason)
    }
}

/// A dialect's words for what can go wrong before an action runs, and its form of an error.
protocol Dialect: Sendable {
    /// How large a request body may be.
    static var bodyBytesMax: Int { get }
    static func refusal(_ error: SignatureError) -> Refusal
    static func refusal(_ error: RequestError) -> Refusal
    static func refusal(_ fault: Fault) -> Refusal
    /// The caller may not do it.
    static func refusal(_ error: AccessDenied) -> Refusal
    /// A key stands in the way: of what is asked for, or of reading what it protects.
    static func refusal(_ error: KeyUnusable) -> Refusal
    static var unsigned: Refusal { get }
    static var unknownAccessKey: Refusal { get }
    /// Temporary keys whose time is over.
    static var expiredToken: Refusal { get }
    /// - Parameter served: which Regions there are, as a sentence without its full stop.
    static func unknownRegion(_ name: String, served: String) -> Refusal
    static var internalError: Refusal { get }
    static func noSpace(_ message: String) -> Refusal
    static func bodyTooLong(_ message: String) -> Refusal
    /// The body came too slowly: to be tried again.
    static var tooSlow: Refusal { get }
    /// The server has too much to do: to be tried again.
    static var busy: Refusal { get }
    /// The rows cannot be reached now: to be tried again.
    static var unavailable: Refusal { get }
    /// The account calls an action more often than it may.
    static var throttled: Refusal { get }
    static func reply(_ refusal: Refusal, requestID: String) -> Reply
}

extension Dialect {
    static func refusal(_ error: KeyUnusable) -> Refusal { refusal(error.fault) }

    static var unavailable: Refusal {
        Refusal(
            code: "ServiceUnavailable",
            message: "The database of the server cannot be reached. Try again later.",
            status: .serviceUnavailable
        )
    }

    static func bodyTooLong(_ message: String) -> Refusal {
        Refusal(code: "RequestEntityTooLarge", message: message, status: .contentTooLarge)
    }

    static var tooSlow: Refusal {
        Refusal(code: "RequestTimeoutException", message: "\(BodyNotWhole.tooSlow)", status: .requestTimeout)
    }

    /// What a client is told of any error.
    static func refusal(_ error: any Error) -> Refusal {
        switch error {
        case let refusal as RefusedRequest: refusal.refusal
        case is BodyBudget.Exceeded: busy
        case is Throttled: throttled
        case BodyNotWhole.tooSlow: tooSlow
        case is BodyNotWhole: refusal(RequestError.malformed("\(error)"))
        case is BodyTooLong: bodyTooLong("The body of a request may have at most \(bodyBytesMax) bytes")
        case let error as Fault: refusal(error)
        case let error as KeyUnusable: refusal(error)
        case let error as AccessDenied: refusal(error)
        case let error as RequestError: refusal(error)
        case let error as SignatureError: refusal(error)
        default: StorageFailure(error).map(refusal) ?? internalError
        }
    }

    private static func refusal(_ failure: StorageFailure) -> Refusal {
        switch failure {
        case .noSpace: noSpace(failure.description)
        case .unavailable: unavailable
        case .unstorableText:
            refusal(RequestError(.rejected(code: FaultCode.invalidParameterValue.rawValue, message: failure.description)))
        }
    }
}

/// The body of a request is longer than its service reads.
struct BodyTooLong: Error, CustomStringConvertible {
    var description: String { "the body of the request is too long" }
}

/// The body of a request did not come to its end: what it is of cannot be known.
enum BodyNotWhole: Error, CustomStringConvertible {
    /// The client is there, and does not keep up.
    case tooSlow
    case cut

    var description: String {
        switch self {
        case .tooSlow: "The body of the request came too slowly to wait for the rest"
        case .cut: "The body of the request did not arrive whole"
        }
    }
}

/// A refusal that is thrown.
struct RefusedRequest: Error, CustomStringConvertible {
    let refusal: Refusal
    init(_ refusal: Refusal) { self.refusal = refusal }

    var description: String { "\(refusal.code): \(refusal.message)" }
}
