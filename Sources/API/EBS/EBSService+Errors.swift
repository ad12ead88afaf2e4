import Domain
import HTTPTypes
import Services
import Wire

/// The exceptions of the EBS direct APIs that other services have not (docs/behaviour/ebs-direct.md, "Exceptions").
extension EBSService {
    static func refusal(_ error: AccessDenied) -> Refusal {
        refusal(Fault(.accessDeniedException, "\(error)", reason: "UNAUTHORIZED_ACCOUNT"))
    }

    /// As EBS direct answers whoever may not use the key of a snapshot.
    static func refusal(_ error: KeyUnusable) -> Refusal {
        refusal(Fault(.accessDeniedException, KeyRefusal(error).message, reason: "DEPENDENCY_ACCESS_DENIED", cause: error))
    }

    static let busy = Refusal(
        code: "RequestThrottledException",
        message: "The server has too many requests in hand. Try again later.",
        status: .badRequest
    )
    static let throttled = Refusal(
        code: "RequestThrottledException",
        message: "The number of API requests has exceeded the maximum allowed. Try again later.",
        status: .badRequest,
        reason: "ACCOUNT_THROTTLED"
    )

    static func noSpace(_ message: String) -> Refusal {
        refusal(Fault(.serviceQuotaExceededException, message, reason: "DEPENDENCY_SERVICE_QUOTA_EXCEEDED"))
    }

    static func bodyTooLong(_ message: String) -> Refusal {
        Refusal(code: "ValidationException", message: message, status: .badRequest, reason: "INVALID_BLOCK")
    }
}
