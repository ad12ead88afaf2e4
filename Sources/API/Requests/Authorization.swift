import Domain
import Services

/// Who may do what: the one place that decides.
///
/// Today all callers are root users, who may do everything in their account; what is another account's they do not find.
struct Authorization: Sendable {
    /// Lets an action pass that the caller may perform, as a whole.
    ///
    /// - Throws: the refusal of the dialect.
    func authorize<Subject: Action>(_ action: Subject, in call: Call) async throws {
        // Who one is needs no permission, as in STS.
        if Subject.self == GetCallerIdentity.self { return }
        switch call.principal.kind {
        case .rootUser: return
        case .user, .role, .federatedUser, .anonymous:
            let name = call.principal.arn(in: call.region.partition)
            throw Fault(FaultCode(rawValue: "AccessDenied"), "User: \(name) is not authorized to perform: \(Subject.name)")
        }
    }
}
