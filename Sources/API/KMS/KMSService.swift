import Domain
import HTTPTypes
import Wire

/// KMS, version 2014-11-01.
enum KMSService: JSONService {
    static let name = "kms"
    /// A policy of 32 KiB in which every character is escaped, and room to be told that it is too long.
    static let bodyBytesMax = 1 << 18
    static let targetPrefix = "TrentService."
    static let internalErrorCode = "KMSInternalException"

    static let unavailable = Refusal(
        code: "DependencyTimeoutException",
        message: "The database of the server cannot be reached. Try again later.",
        status: .serviceUnavailable
    )

    static func refusal(_ error: RequestError) -> Refusal {
        switch error.kind {
        // What a member asks for is no fault of the request's: see `KMSChoice`.
        case .rejected(FaultCode.kmsUnsupportedOperation.rawValue, let message):
            Refusal(code: FaultCode.kmsUnsupportedOperation.rawValue, message: message, status: .badRequest)
        default: jsonRefusal(error)
        }
    }

    static func noSpace(_ message: String) -> Refusal { refusal(Fault(.kmsLimitExceeded, message)) }
}
