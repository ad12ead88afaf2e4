import Domain

/// The actions of EC2 that make, change or lead to networks beside the default one. Ferry has none of them, and says why
/// (docs/behaviour/network.md, "Not in Ferry").
enum AbsentNetwork {
    static func refusal(of action: String) -> Fault? {
        guard actions.contains(action) else { return nil }
        return Fault(
            .unsupportedOperation,
            "\(action) is not supported: in each Region an account has one default VPC, and Ferry makes and changes no networks"
        )
    }

    static let actions = Set(
        """
        AcceptAddressTransfer AcceptVpcEndpointConnections AcceptVpcPeeringConnection AllocateAddress AssignIpv6Addresses \
        AssignPrivateIpAddresses AssignPrivateNatGatewayAddress AssociateAddress AssociateDhcpOptions AssociateNatGatewayAddress \
        AssociateRouteTable AssociateSecurityGroupVpc AssociateSubnetCidrBlock AssociateVpcCidrBlock AttachClassicLinkVpc \
        AttachInternetGateway AttachNetworkInterface AttachVpnGateway CreateCarrierGateway CreateCustomerGateway CreateDefaultSubnet \
        CreateDefaultVpc CreateDhcpOptions CreateEgressOnlyInternetGateway CreateFlowLogs CreateInternetGateway \
        CreateManagedPrefixList CreateNatGateway CreateNetworkAcl CreateNetworkAclEntry CreateNetworkInterface \
        CreateNetworkInterfacePermission CreateRoute CreateRouteTable CreateSubnet CreateSubnetCidrReservation CreateTransitGateway \
        CreateTransitGatewayVpcAttachment CreateVpc CreateVpcEndpoint CreateVpcPeeringConnection CreateVpnConnection \
        CreateVpnConnectionRoute CreateVpnGateway DeleteCarrierGateway DeleteCustomerGateway DeleteDhcpOptions \
        DeleteEgressOnlyInternetGateway DeleteFlowLogs DeleteInternetGateway DeleteManagedPrefixList DeleteNatGateway DeleteNetworkAcl \
        DeleteNetworkAclEntry DeleteNetworkInterface DeleteNetworkInterfacePermission DeleteRoute DeleteRouteTable DeleteSubnet \
        DeleteSubnetCidrReservation DeleteTransitGateway DeleteTransitGatewayVpcAttachment DeleteVpc DeleteVpcEndpoints \
        DeleteVpcPeeringConnection DeleteVpnConnection DeleteVpnConnectionRoute DeleteVpnGateway DescribeAddressTransfers \
        DescribeAddressesAttribute DescribeCarrierGateways DescribeCustomerGateways DescribeEgressOnlyInternetGateways DescribeFlowLogs \
        DescribeManagedPrefixLists DescribeMovingAddresses DescribeNatGateways DescribeNetworkInterfaceAttribute \
        DescribeNetworkInterfacePermissions DescribePrefixLists DescribeSecurityGroupReferences DescribeSecurityGroupVpcAssociations \
        DescribeStaleSecurityGroups DescribeTransitGatewayAttachments DescribeTransitGatewayVpcAttachments DescribeTransitGateways \
        DescribeVpcClassicLink DescribeVpcClassicLinkDnsSupport DescribeVpcEndpointServices DescribeVpcEndpoints \
        DescribeVpcPeeringConnections DescribeVpnConnections DescribeVpnGateways DetachClassicLinkVpc DetachInternetGateway \
        DetachNetworkInterface DetachVpnGateway DisableAddressTransfer DisableVgwRoutePropagation DisableVpcClassicLink \
        DisableVpcClassicLinkDnsSupport DisassociateAddress DisassociateNatGatewayAddress DisassociateRouteTable \
        DisassociateSecurityGroupVpc DisassociateSubnetCidrBlock DisassociateVpcCidrBlock EnableAddressTransfer \
        EnableVgwRoutePropagation EnableVpcClassicLink EnableVpcClassicLinkDnsSupport GetManagedPrefixListAssociations \
        GetManagedPrefixListEntries GetSecurityGroupsForVpc GetSubnetCidrReservations ModifyAddressAttribute ModifyManagedPrefixList \
        ModifyNetworkInterfaceAttribute ModifySubnetAttribute ModifyTransitGateway ModifyTransitGatewayVpcAttachment ModifyVpcAttribute \
        ModifyVpcEndpoint ModifyVpcPeeringConnectionOptions ModifyVpcTenancy ModifyVpnConnection MoveAddressToVpc \
        RejectVpcEndpointConnections RejectVpcPeeringConnection ReleaseAddress ReplaceNetworkAclAssociation ReplaceNetworkAclEntry \
        ReplaceRoute ReplaceRouteTableAssociation ResetAddressAttribute ResetNetworkInterfaceAttribute RestoreAddressToClassic \
        RestoreManagedPrefixListVersion UnassignIpv6Addresses UnassignPrivateIpAddresses UnassignPrivateNatGatewayAddress
        """.split(separator: " ").map(String.init)
    )
}
