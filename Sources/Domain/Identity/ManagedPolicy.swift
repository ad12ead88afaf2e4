import Foundation

/// A policy that stands by itself and is attached to identities: one that a customer manages.
package struct ManagedPolicy: Hashable, Sendable {
    /// IAM and STS quotas, "Versions of a managed policy that can be stored".
    package static let versionsMax = Quota.versionsOfPolicy.standard
    /// IAM and STS quotas, "character limits".
    package static let sizeLimit = PolicyDocument.SizeLimit(quota: "PolicySize", characters: 6144)

    package let id: String
    package let account: AccountID
    package let path: String
    package let name: String
    package let description: String
    /// The version that is in force.
    package var defaultVersion: Int
    /// The highest number that a version has had: no number is given twice.
    package var latestVersion: Int
    package let createdAt: Date
    package var updatedAt: Date

    package init(
        id: String,
        account: AccountID,
        path: String,
        name: String,
        description: String,
        defaultVersion: Int = 1,
        latestVersion: Int = 1,
        createdAt: Date,
        updatedAt: Date
    ) {
        self.id = id
        self.account = account
        self.path = path
        self.name = name
        self.description = description
        self.defaultVersion = defaultVersion
        self.latestVersion = latestVersion
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    package var arn: ManagedPolicyARN { ManagedPolicyARN(owner: .account(account), path: path, name: name) }
}

/// A version of a managed policy.
package struct ManagedPolicyVersion: Hashable, Sendable {
    package let number: Int
    /// As it was sent.
    package let document: String
    package let createdAt: Date

    package init(number: Int, document: String, createdAt: Date) {
        self.number = number
        self.document = document
        self.createdAt = createdAt
    }

    package var id: String { "v\(number)" }

    /// The number of a version's id; nil for what no version has.
    package static func number(of id: String) -> Int? { id.hasPrefix("v") ? Int(id.dropFirst()) : nil }
}
