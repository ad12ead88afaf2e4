import Domain
import Foundation
import Metadata

/// A managed policy, of a customer or of AWS, as answers tell it.
package struct DescribedPolicy: Sendable {
    package let arn: ManagedPolicyARN
    package let id: String
    package let description: String
    package let defaultVersionID: String
    package let createdAt: Date
    package let updatedAt: Date
    /// How many identities of the account have it, and how many as their boundary.
    package let attachments: Int
    package let boundaries: Int
    package let tags: [Tag]

    /// One that nobody has yet.
    package init(new policy: ManagedPolicy) { self.init(policy, usage: nil) }

    init(_ policy: ManagedPolicy, usage: IAMPolicyUsage?, tags: [Tag] = []) {
        arn = policy.arn
        id = policy.id
        description = policy.description
        defaultVersionID = "v\(policy.defaultVersion)"
        createdAt = policy.createdAt
        updatedAt = policy.updatedAt
        attachments = usage?.attachments ?? 0
        boundaries = usage?.boundaries ?? 0
        self.tags = tags
    }

    init(_ policy: AWSManagedPolicy, usage: IAMPolicyUsage?) {
        arn = policy.managedARN
        id = policy.id
        description = policy.description
        defaultVersionID = AWSManagedPolicy.versionID
        createdAt = AWSManagedPolicy.date
        updatedAt = AWSManagedPolicy.date
        attachments = usage?.attachments ?? 0
        boundaries = usage?.boundaries ?? 0
        tags = []
    }
}

/// A version of a managed policy, as answers tell it.
package struct DescribedVersion: Sendable {
    package let id: String
    package let document: String
    package let isDefault: Bool
    package let createdAt: Date

    init(_ version: ManagedPolicyVersion, of policy: ManagedPolicy) {
        id = version.id
        document = version.document
        isDefault = version.number == policy.defaultVersion
        createdAt = version.createdAt
    }

    init(_ policy: AWSManagedPolicy) {
        id = AWSManagedPolicy.versionID
        document = policy.document
        isDefault = true
        createdAt = AWSManagedPolicy.date
    }
}

extension AWSManagedPolicy {
    /// Ferry has one version of each.
    fileprivate static let versionID = "v1"
    /// Chosen: the day on which AWS made its first.
    fileprivate static let date = Date(timeIntervalSince1970: 1_423_248_000)

    var managedARN: ManagedPolicyARN { ManagedPolicyARN(owner: .aws, path: path, name: name) }
}
