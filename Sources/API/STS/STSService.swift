import Domain
import HTTPTypes
import Services
import Wire

/// STS, the same in every Region.
enum STSService: QueryService {
    static let name = "sts"
    static let namespace = QueryEnvelope.stsNamespace
    static let version = "2011-06-15"
    static let internalErrorCode = "InternalFailure"
    static let actions: [String: any Action<QueryReader>.Type] = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    private static let all: [any Action<QueryReader>.Type] = [
        AssumeRole.self, AssumeRoleWithWebIdentity.self, DecodeAuthorizationMessage.self, GetAccessKeyInfo.self, GetCallerIdentity.self,
        GetFederationToken.self,
        GetSessionToken.self,
    ]

    static func isUnsigned(_ action: String) -> Bool { ["AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"].contains(action) }

    /// Whoever has no signature is told no more than that: not what stands in the policy of a role, nor whether there is such a role.
    static func refusal(_ error: AccessDenied) -> Refusal {
        let action = error.denial.action
        let message = action == "sts:AssumeRoleWithWebIdentity" ? "Not authorized to perform \(action)" : error.denial.message
        return Refusal(code: FaultCode.accessDenied.rawValue, message: message, status: .forbidden)
    }

    /// The service model calls the fault of a policy by another name than its code.
    static func refusal(_ fault: Fault) -> Refusal {
        Refusal(fault, status: fault.code == .accessDenied ? .forbidden : .badRequest)
    }

    /// A member that is none, in STS's code.
    static func refusal(_ error: RequestError) -> Refusal {
        switch error.kind {
        case .constraints, .invalidValue: Refusal(code: FaultCode.validationError.rawValue, message: error.message, status: .badRequest)
        default: Refusal(code: error.code, message: error.message, status: .badRequest)
        }
    }
}
