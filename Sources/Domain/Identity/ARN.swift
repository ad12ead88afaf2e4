/// An ARN taken apart: `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`. What its parts may be is its service's to say.
struct ARN {
    /// Those of AWS that policies may name.
    static let partitions: Set<String> = ["aws", "aws-cn", "aws-us-gov"]

    let partition: String
    let service: String
    /// Empty for what is of all Regions.
    let region: String
    let account: String
    let resource: String

    init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6, parts[0] == "arn" else { return nil }
        (partition, service, region, account, resource) = (parts[1], parts[2], parts[3], parts[4], parts[5])
    }

    /// One of a known partition.
    init?(inPolicy text: String) {
        self.init(text)
        guard Self.partitions.contains(partition) else { return nil }
    }
}
