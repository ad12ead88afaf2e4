/// An ARN: `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`. What its parts may be is its service's to say.
package struct ARN: Hashable, Sendable, CustomStringConvertible {
    /// Those of AWS that policies may name.
    static let partitions: Set<String> = ["aws", "aws-cn", "aws-us-gov"]

    package let partition: String
    package let service: String
    /// Empty for what is of all Regions.
    package let region: String
    /// Empty for what has no account in its name.
    package let account: String
    package let resource: String

    package init(partition: String, service: String, region: String, account: String, resource: String) {
        self.partition = partition
        self.service = service
        self.region = region
        self.account = account
        self.resource = resource
    }

    package init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6, parts[0] == "arn" else { return nil }
        (partition, service, region, account, resource) = (parts[1], parts[2], parts[3], parts[4], parts[5])
    }

    /// One of visible characters of ASCII, as all are that IAM gives. Other characters can be the same to Unicode and not to a policy.
    package init?(visible text: String) {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        self.init(text)
    }

    /// One of a known partition.
    init?(inPolicy text: String) {
        self.init(text)
        guard Self.partitions.contains(partition) else { return nil }
    }

    package var description: String { "arn:\(partition):\(service):\(region):\(account):\(resource)" }
}
