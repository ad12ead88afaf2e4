import Wire

/// The actions on instances and what they are made of.
extension EC2Service {
    static let instances: [any Action<QueryReader>.Type] = [
        DescribeInstanceTypeOfferings.self,
        DescribeInstanceTypes.self,
    ]
}
