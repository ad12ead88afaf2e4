import Wire

/// The actions on tags.
extension EC2Service {
    static let tags: [any Action<QueryReader>.Type] = [CreateTags.self, DeleteTags.self, DescribeTags.self]
}
