/// An ARN in a policy, taken apart: `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`.
struct PolicyARN {
    private static let partitions: Set<String> = ["aws", "aws-cn", "aws-us-gov"]

    let service: String
    /// Empty for what is of all Regions.
    let region: String
    let account: String
    let resource: String

    init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6, parts[0] == "arn", Self.partitions.contains(parts[1]) else { return nil }
        (service, region, account, resource) = (parts[2], parts[3], parts[4], parts[5])
    }
}
