/// A resource of a bucket's policy: the bucket, objects of it, or both by wildcards.
struct BucketPolicyResource {
    /// What actions can be done to it.
    let kinds: Set<S3PolicyActions.Kind>

    /// Nil for what is no ARN of S3, and for what is neither the bucket nor in it.
    init?(_ text: String, of bucket: String) {
        guard let arn = ARN(inPolicy: text), arn.service == "s3", arn.region.isEmpty, arn.account.isEmpty else { return nil }
        let pattern = PolicyPattern(arn.resource)
        var kinds: Set<S3PolicyActions.Kind> = []
        if pattern.matches(bucket) { kinds.insert(.bucket) }
        if pattern.canBegin(with: "\(bucket)/") { kinds.insert(.object) }
        guard !kinds.isEmpty else { return nil }
        self.kinds = kinds
    }
}
