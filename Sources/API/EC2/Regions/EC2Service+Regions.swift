/// The actions on Regions.
extension EC2Service {
    static let regions: [any EC2Action.Type] = [DescribeAvailabilityZones.self, DescribeRegions.self]
}
