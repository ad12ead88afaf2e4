import Domain
import Services

/// The stage that lets a call do only what its caller may do: every permission that the action declares, on every resource of it. How that is
/// decided is `Authorizer`'s.
struct Authorization: Sendable {
    /// - Parameter facts: what the request says that conditions of policies may ask about.
    /// - Returns: the call, let into the buckets that are others' and let it in.
    /// - Throws: `AccessDenied`, and what looking for the resources throws.
    func authorize<Subject: Action>(_ action: Subject, in call: Call, facts: () -> ConditionFacts) async throws -> Call {
        var entry = BucketEntry()
        for permission in Subject.permissions {
            entry.formUnion(try await require(permission, of: action, in: call, facts: facts))
        }
        return call.entering(entry)
    }

    /// All that the caller may not do of what an action takes: for an answer that tells it, where `authorize` would throw the first.
    ///
    /// - Returns: the call as `authorize` returns it, and the refusals.
    func denials<Subject: Action>(of action: Subject, in call: Call, facts: () -> ConditionFacts) async throws -> (Call, [any Error]) {
        var (entry, denials) = (BucketEntry(), [any Error]())
        for permission in Subject.permissions {
            do {
                entry.formUnion(try await require(permission, of: action, in: call, facts: facts))
            } catch let error where error is AccessDenied || error is Fault {
                denials.append(error)
            }
        }
        return (call.entering(entry), denials)
    }

    private func require<Subject: Action>(
        _ permission: Permission<Subject>,
        of action: Subject,
        in call: Call,
        facts: () -> ConditionFacts
    ) async throws -> BucketEntry {
        guard !permission.isEverybodys else { return BucketEntry() }
        let resources = try await permission.resources(action, call)
        guard !permission.isUnlessDenied else {
            try await Authorizer(call).requireNotDenied(permission.name, on: resources, facts: facts)
            return BucketEntry()
        }
        let more = try await permission.facts?(action, call) ?? [:]
        return try await Authorizer(call).require(permission.name, on: resources) {
            var facts = facts().merging(more) { _, own in own }
            // Tags that come with what is made are a permission of their own, given for the making.
            if permission.name == "ec2:CreateTags", Subject.name != "CreateTags" { facts.set("ec2:createaction", Subject.name) }
            return facts
        }
    }
}
