import Domain
import HTTPTypes
import Wire

/// IAM, the same in every Region.
enum IAMService: QueryService {
    static let name = "iam"
    static let namespace = QueryEnvelope.iamNamespace
    static let version = "2010-05-08"
    static let internalErrorCode = "ServiceFailure"
    /// A policy document of the largest size, each of its characters as `%XX`.
    static let bodyBytesMax = 1 << 19
    static let actions = Dictionary(uniqueKeysWithValues: lists.joined().map { ($0.name, $0) })

    // One list a resource.
    private static let lists: [[any Action<QueryReader>.Type]] = [
        accessKeys, account, groups, identityPolicies, instanceProfiles, loginProfiles, managedPolicies, providers, roles,
        signingCertificates,
        simulation, users,
    ]

    /// The statuses of IAM's reference, "Errors" of each action.
    static func refusal(_ fault: Fault) -> Refusal {
        let status: HTTPResponse.Status =
            switch fault.code {
            case .accessDenied: .forbidden
            case .noSuchEntity, .credentialReportNotReady: .notFound
            case .concurrentModification, .deleteConflict, .duplicateCertificate, .entityAlreadyExists, .entityTemporarilyUnmodifiable,
                .limitExceeded:
                .conflict
            case .credentialReportExpired, .credentialReportNotPresent: .gone
            default: .badRequest
            }
        return Refusal(fault, status: status)
    }

    /// What breaks the service model is a `ValidationError`, which names the member as the model does.
    static func refusal(_ error: RequestError) -> Refusal {
        switch error.kind {
        case .missingParameter(let name):
            let violation = "Value at '\(RequestError.memberName(name))' failed to satisfy constraint: Member must not be null"
            return Refusal(
                code: FaultCode.validationError.rawValue,
                message: RequestError.constraints([violation]).message,
                status: .badRequest
            )
        case .constraints, .invalidValue:
            return Refusal(code: FaultCode.validationError.rawValue, message: error.message, status: .badRequest)
        case .unknownParameters, .malformed, .tooLarge, .rejected:
            return Refusal(code: error.code, message: error.message, status: .badRequest)
        }
    }
}
