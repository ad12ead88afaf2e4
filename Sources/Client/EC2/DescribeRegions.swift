import Wire

extension AWSClient {
    /// The names of the Regions that the account can use.
    package func regionNames(asking region: String) async throws -> [String] {
        let answer = try await ec2("DescribeRegions", [], region: region)
        return (answer["regionInfo"]?.children("item") ?? []).compactMap { $0["regionName"]?.text }.sorted()
    }
}
