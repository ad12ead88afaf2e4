import Wire

/// The actions on instances and what they are made of.
extension EC2Service {
    static let instances: [any Action<QueryReader>.Type] = [
        DescribeInstanceAttribute.self,
        DescribeInstanceCreditSpecifications.self,
        DescribeInstanceStatus.self,
        DescribeInstanceTypeOfferings.self,
        DescribeInstanceTypes.self,
        DescribeInstances.self,
        GetConsoleOutput.self,
        GetConsoleScreenshot.self,
        ModifyInstanceAttribute.self,
        ModifyInstanceMetadataOptions.self,
        MonitorInstances.self,
        RebootInstances.self,
        ResetInstanceAttribute.self,
        RunInstances.self,
        StartInstances.self,
        StopInstances.self,
        TerminateInstances.self,
        UnmonitorInstances.self,
    ]
}
