import Domain
import Services

/// The stage that lets a call do only what its caller may do: every permission that the action declares, on every resource of it. How that is
/// decided is `Authorizer`'s.
struct Authorization: Sendable {
    /// - Parameter facts: what the request says that conditions of policies may ask about.
    /// - Returns: the call, let into the buckets that are others' and let it in.
    /// - Throws: `AccessDenied`, and what looking for the resources throws.
    func authorize<Subject: Action>(_ action: Subject, in call: Call, facts: () -> ConditionFacts) async throws -> Call {
        let authorizer = Authorizer(call)
        var entry = BucketEntry()
        for permission in Subject.permissions where !permission.isEverybodys {
            let resources = try await permission.resources(action, call)
            let more = try await permission.facts?(action, call) ?? [:]
            entry.formUnion(
                try await authorizer.require(permission.name, on: resources) {
                    var facts = facts().merging(more) { _, own in own }
                    // Tags that come with what is made are a permission of their own, given for the making.
                    if permission.name == "ec2:CreateTags", Subject.name != "CreateTags" { facts.set("ec2:createaction", Subject.name) }
                    return facts
                }
            )
        }
        return call.entering(entry)
    }
}
