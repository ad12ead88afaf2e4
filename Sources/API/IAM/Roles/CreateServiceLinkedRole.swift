import Domain
import Services
import Wire

/// Refuses to make a role that a service acts through: none does here, and one that nothing uses would pretend.
struct CreateServiceLinkedRole: IAMAction {
    static let permissions = [
        Permission<Self>("iam:CreateServiceLinkedRole") { action, call in
            [call.iam(new: .role, "/aws-service-role/\(action.service)/", "*")]
        }
    ]

    private let service: String

    init(from query: QueryReader) throws(RequestError) {
        service = try query.text("AWSServiceName", .awsServiceName)
        // For the role that would be made.
        _ = try query.optionalText("Description", .roleDescription)
        _ = try query.optionalText("CustomSuffix", .customSuffix)
    }

    func run(in _: Call) async throws -> XMLEmpty {
        throw Fault(
            .invalidInput,
            "\(service) has no service-linked role in Ferry, whose services need none: leave it out, or make a role with CreateRole that trusts "
                + "the service"
        )
    }
}

extension TextConstraint {
    fileprivate static let awsServiceName = TextConstraint(1...128, "[\\w+=,.@-]+", of: IAMNaming.isOfName)
    fileprivate static let customSuffix = TextConstraint(1...64, "[\\w+=,.@-]+", of: IAMNaming.isOfName)
}
