/// A key that Ferry manages in each account, in the place of AWS: what a service encrypts under when no other key is named.
package enum ManagedKey: Sendable, CaseIterable {
    case ebs
    case s3

    /// The key of an alias; nil for an alias of the account's own.
    package init?(_ alias: AliasName) {
        guard let key = Self.allCases.first(where: { $0.alias == alias }) else { return nil }
        self = key
    }

    package var alias: AliasName {
        switch self {
        case .ebs: .ebs
        case .s3: .s3
        }
    }

    package var description: String {
        switch self {
        case .ebs: "Default key that protects my EBS volumes when no other key is defined"
        case .s3: "Default key that protects my S3 objects when no other key is defined"
        }
    }
}
