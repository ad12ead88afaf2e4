import Wire

/// The actions on Regions.
extension EC2Service {
    static let regions: [any Action<QueryReader>.Type] = [DescribeAvailabilityZones.self, DescribeRegions.self]
}
