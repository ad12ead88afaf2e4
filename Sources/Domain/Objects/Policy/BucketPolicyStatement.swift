/// A statement of a bucket's policy, which speaks of S3's actions on the bucket and its objects, and of nothing else.
struct BucketPolicyStatement {
    private static let members: Set<String> = [
        "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
    ]

    let id: String?

    init(_ value: PolicyValue, of bucket: String) throws(Fault) {
        let fields = try PolicyFields(value, allowing: Self.members)
        id = try fields.text("Sid")
        let effect = try fields.required("Effect").text ?? ""
        guard effect == "Allow" || effect == "Deny" else { throw .malformedPolicy("Invalid effect: \(effect.prefix(64))") }
        guard BucketPolicyPrincipal.isOne(try fields.either("Principal").value) else {
            throw .malformedPolicy("Invalid principal in policy")
        }
        let (actionValue, excludesActions) = try fields.either("Action")
        let (resourceValue, excludesResources) = try fields.either("Resource")
        let actions: [BucketPolicyAction] = try Self.read(actionValue, else: "Policy has invalid action") { BucketPolicyAction($0) }
        let resources: [BucketPolicyResource] = try Self.read(resourceValue, else: "Policy has invalid resource") {
            BucketPolicyResource($0, of: bucket)
        }
        // What is left after an exclusion is never nothing.
        if !excludesActions, !excludesResources {
            let apply = actions.allSatisfy { action in resources.contains { action.applies(to: $0) } }
            guard apply else { throw .malformedPolicy("Action does not apply to any resource(s) in statement") }
        }
        if let conditions = fields["Condition"] { try BucketPolicyCondition.check(conditions) }
    }

    /// One or several of what each is a text of its own.
    private static func read<Element>(
        _ value: PolicyValue,
        else fault: String,
        _ element: (String) -> Element?
    ) throws(Fault) -> [Element] {
        guard let texts = value.texts else { throw .malformedPolicy(fault) }
        let elements = texts.compactMap { element($0) }
        guard elements.count == texts.count else { throw .malformedPolicy(fault) }
        return elements
    }
}
