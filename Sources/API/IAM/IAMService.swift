import Domain
import HTTPTypes
import Wire

/// IAM, the same in every Region. So far it has the certificates that an account signs bundles with.
enum IAMService: QueryService {
    static let namespace = QueryEnvelope.iamNamespace
    static let version = "2010-05-08"
    static let internalErrorCode = "ServiceFailure"
    static let actions = Dictionary(uniqueKeysWithValues: signingCertificates.map { ($0.name, $0) })
    /// What belongs to no user is the root user's.
    static let rootUserName = "root"

    /// There are no users yet, so one that is named is not found; but listings call the account itself so.
    static func obstacle(in query: QueryReader) throws(RequestError) -> Fault? {
        let name: String? = try query["UserName"]
        guard let name, name != rootUserName else { return nil }
        return Fault(.noSuchEntity, "The user with name \(name.prefix(128)) cannot be found.")
    }

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
