import Domain
import HTTPTypes
import Wire

/// IAM, the same in every Region. So far it has the certificates that an account signs bundles with.
enum IAMService: QueryService {
    static let name = "iam"
    static let namespace = QueryEnvelope.iamNamespace
    static let version = "2010-05-08"
    static let internalErrorCode = "ServiceFailure"
    static let actions = Dictionary(uniqueKeysWithValues: signingCertificates.map { ($0.name, $0) })
    /// What belongs to no user is the root user's.
    static let rootUserName = "root"

    /// The statuses of IAM's reference, "Errors" of each action.
    static func refusal(_ fault: Fault) -> Refusal {
        let status: HTTPResponse.Status =
            switch fault.code {
            case .noSuchEntity: .notFound
            case .duplicateCertificate, .limitExceeded: .conflict
            default: .badRequest
            }
        return Refusal(fault, status: status)
    }
}
