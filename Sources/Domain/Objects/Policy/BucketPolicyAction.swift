/// An action as a bucket's policy names it, with `*` and `?` in the name for several at once.
struct BucketPolicyAction {
    private let kinds: Set<S3PolicyActions.Kind>

    /// Nil when S3 has no action of that name. Policies do not tell capital letters from small ones here.
    init?(_ text: String) {
        let text = text.lowercased()
        guard text != "*" else {
            self.kinds = Set(S3PolicyActions.Kind.allCases)
            return
        }
        guard text.hasPrefix("s3:") else { return nil }
        let pattern = PolicyPattern(String(text.dropFirst(3)))
        let found = S3PolicyActions.Kind.allCases.filter { kind in S3PolicyActions.names(of: kind).contains { pattern.matches($0) } }
        guard !found.isEmpty else { return nil }
        self.kinds = Set(found)
    }

    /// Whether at least one of the actions is done to such a resource.
    func applies(to resource: BucketPolicyResource) -> Bool { !kinds.isDisjoint(with: resource.kinds) }
}
