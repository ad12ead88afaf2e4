/// The buckets that a call has been let into by what they say of the caller.
package struct BucketEntry: Sendable {
    private(set) var buckets: Set<String>
    /// Those in which it may make objects and replace none.
    private(set) var forNewObjects: Set<String> = []

    package init(_ buckets: Set<String> = []) { self.buckets = buckets }

    mutating func add(_ bucket: String, isForNewObjects: Bool) {
        buckets.insert(bucket)
        if isForNewObjects { forNewObjects.insert(bucket) }
    }

    package mutating func formUnion(_ other: BucketEntry) {
        buckets.formUnion(other.buckets)
        forNewObjects.formUnion(other.forNewObjects)
    }
}
