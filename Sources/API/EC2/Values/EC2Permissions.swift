import Domain
import Services

extension Permission {
    /// Tags that a call gives to what it makes need a permission of their own, whether they are named or come along from elsewhere.
    ///
    /// - Parameter copied: what gets tags that the request does not name, with all that it gets.
    static func tagging(
        _ tags: @escaping @Sendable (Subject) -> [TagSpecification],
        copied: @escaping @Sendable (Subject, Call) async throws -> [PolicyResource] = { _, _ in [] }
    ) -> Permission {
        Permission("ec2:CreateTags") { action, call in
            let copied = try await copied(action, call)
            let known = Set(copied.map(\.description))
            return tags(action).compactMap { $0.resourceType.map(call.resource) }.filter { !known.contains($0.description) } + copied
        }
    }

    /// Whoever gives an instance a profile passes its role to EC2.
    static func passingRole(_ profile: @escaping @Sendable (Subject) -> LaunchRequest.Profile?) -> Permission {
        Permission("iam:PassRole") { action, call in try await [Instances(call).role(passedBy: profile(action))].compactMap(\.self) }
            .adding { _, _ in ["iam:passedtoservice": ["ec2.amazonaws.com"]] }
    }
}

extension Call {
    /// What is yet to be made, by the name of its type in tag specifications.
    fileprivate func resource(ofType type: String) -> PolicyResource {
        switch type {
        case "image": image("*")
        case "snapshot": snapshot("*")
        case "volume": volume("*")
        default: task(type, "*")
        }
    }

    /// The snapshots of an image, none when there is no such image: then the call ends by that.
    func snapshots(ofImage id: String, in region: String? = nil) async throws -> [PolicyResource] {
        try await Images(self).snapshots(of: id, in: region).map { snapshot($0.rawValue, in: region) }
    }

    /// The object that a disk is to be read from.
    func object(_ source: ImportSource) -> PolicyResource { object(source.key, in: source.bucket) }
}
