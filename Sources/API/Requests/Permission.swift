import Domain
import Services

/// Something that a caller must be allowed to do to perform an action, and the resources that it is done to.
///
/// Names and resources are those of the Service Authorization Reference, so that policies written for AWS mean the same here.
struct Permission<Subject>: Sendable {
    /// As policies name it: `ec2:CopyImage`.
    let name: String
    /// What the permission is about. None at all means that this request does not need the permission.
    let resources: @Sendable (Subject, Call) async throws -> [PolicyResource]
    /// Whether everybody has it whose signature is good, whatever policies say.
    private(set) var isEverybodys = false
    /// Whether everybody has it whom no policy denies it by name.
    private(set) var isUnlessDenied = false

    /// What conditions ask about that the request does not say as it stands. None for most.
    private(set) var facts: (@Sendable (Subject, Call) async throws -> ConditionFacts)?

    /// A permission about resources that are named by the request.
    init(_ name: String, on resources: @escaping @Sendable (Subject, Call) async throws -> [PolicyResource]) {
        self.name = name
        self.resources = resources
    }

    /// A permission about no resource in particular: policies give it on `*` alone.
    init(_ name: String) { self.init(name) { _, _ in [.all] } }

    /// The same, with what conditions of policies can ask about beside what the request says.
    func adding(_ facts: @escaping @Sendable (Subject, Call) async throws -> ConditionFacts) -> Permission {
        var permission = self
        permission.facts = facts
        return permission
    }

    /// A permission that nobody needs to be given, and that no policy takes: by the reference of the action.
    static func everybodys(_ name: String) -> Permission {
        var permission = Permission(name)
        permission.isEverybodys = true
        return permission
    }

    /// A permission that nobody needs to be given, and that a policy can take.
    static func unlessDenied(_ name: String) -> Permission {
        var permission = Permission(name)
        permission.isUnlessDenied = true
        return permission
    }
}
