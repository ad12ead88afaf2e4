import Wire

/// The actions on instances and what they are made of.
extension EC2Service {
    static let instances: [any Action<QueryReader>.Type] = [
        AssociateIamInstanceProfile.self,
        DescribeIamInstanceProfileAssociations.self,
        DescribeInstanceAttribute.self,
        DescribeInstanceCreditSpecifications.self,
        DescribeInstanceStatus.self,
        DescribeInstanceTypeOfferings.self,
        DescribeInstanceTypes.self,
        DescribeInstances.self,
        DisassociateIamInstanceProfile.self,
        GetConsoleOutput.self,
        GetConsoleScreenshot.self,
        GetPasswordData.self,
        ModifyInstanceAttribute.self,
        ModifyInstanceCreditSpecification.self,
        ModifyInstanceMetadataOptions.self,
        MonitorInstances.self,
        RebootInstances.self,
        ReplaceIamInstanceProfileAssociation.self,
        ResetInstanceAttribute.self,
        RunInstances.self,
        StartInstances.self,
        StopInstances.self,
        TerminateInstances.self,
        UnmonitorInstances.self,
    ]
}
