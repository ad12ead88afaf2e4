/// The actions on tags.
extension EC2Service {
    static let tags: [any EC2Action.Type] = [CreateTags.self, DeleteTags.self, DescribeTags.self]
}
