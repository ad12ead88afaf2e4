import Wire

/// The actions on key pairs, security groups and the default network.
extension EC2Service {
    static let network: [any Action<QueryReader>.Type] = [
        AuthorizeSecurityGroupEgress.self,
        AuthorizeSecurityGroupIngress.self,
        CreateKeyPair.self,
        CreateSecurityGroup.self,
        DeleteKeyPair.self,
        DeleteSecurityGroup.self,
        DescribeAccountAttributes.self,
        DescribeAddresses.self,
        DescribeDhcpOptions.self,
        DescribeInternetGateways.self,
        DescribeKeyPairs.self,
        DescribeNetworkAcls.self,
        DescribeNetworkInterfaces.self,
        DescribeRouteTables.self,
        DescribeSecurityGroupRules.self,
        DescribeSecurityGroups.self,
        DescribeSubnets.self,
        DescribeVpcAttribute.self,
        DescribeVpcs.self,
        ImportKeyPair.self,
        ModifySecurityGroupRules.self,
        RevokeSecurityGroupEgress.self,
        RevokeSecurityGroupIngress.self,
        UpdateSecurityGroupRuleDescriptionsEgress.self,
        UpdateSecurityGroupRuleDescriptionsIngress.self,
    ]
}
