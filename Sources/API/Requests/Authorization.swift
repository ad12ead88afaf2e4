import Domain
import Services

/// Who may do what: the one place that decides.
///
/// Today all callers are root users, who may do everything in their account; what is another account's they do not find.
struct Authorization: Sendable {
    /// What everybody may ask whose signature is good.
    private static let free: Set<String> = ["sts:GetCallerIdentity", "sts:GetSessionToken"]

    /// Lets an action pass that the caller may perform, as a whole.
    ///
    /// - Throws: the refusal of the dialect.
    func authorize<Subject: Action>(_ action: Subject, in call: Call) async throws {
        guard !Subject.permissions.allSatisfy({ Self.free.contains($0.name) }) else { return }
        switch call.principal.kind {
        case .rootUser: return
        case .user, .role, .federatedUser, .anonymous:
            let name = call.principal.arn(in: call.region.partition)
            throw Fault(FaultCode(rawValue: "AccessDenied"), "User: \(name) is not authorized to perform: \(Subject.name)")
        }
    }
}
