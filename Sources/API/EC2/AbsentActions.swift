/// The actions of EC2 that Ferry does not have, so that whoever asks for one learns that it is no slip of theirs. Those of networks say more
/// (`AbsentNetwork`).
package enum AbsentActions {
    package static let names = Set(
        """
        AcceptCapacityReservationBillingOwnership AcceptReservedInstancesExchangeQuote AcceptTransitGatewayClientVpnAttachment \
        AcceptTransitGatewayMulticastDomainAssociations AcceptTransitGatewayPeeringAttachment AcceptTransitGatewayVpcAttachment \
        AdvertiseByoipCidr AllocateHosts AllocateIpamPoolCidr ApplySecurityGroupsToClientVpnTargetNetwork \
        AssociateCapacityReservationBillingOwner AssociateClientVpnTargetNetwork AssociateEnclaveCertificateIamRole \
        AssociateInstanceEventWindow AssociateIpamByoasn AssociateIpamResourceDiscovery AssociateRouteServer \
        AssociateTransitGatewayMulticastDomain AssociateTransitGatewayPolicyTable AssociateTransitGatewayRouteTable \
        AssociateTrunkInterface AttachVerifiedAccessTrustProvider AuthorizeClientVpnIngress BundleInstance CancelBundleTask \
        CancelCapacityReservation CancelCapacityReservationFleets CancelConversionTask CancelDeclarativePoliciesReport \
        CancelReservedInstancesListing CancelSpotFleetRequests CancelSpotInstanceRequests ConfirmProductInstance CopyFpgaImage \
        CopyVolumes CreateCapacityManagerDataExport CreateCapacityReservation CreateCapacityReservationBySplitting \
        CreateCapacityReservationFleet CreateClientVpnEndpoint CreateClientVpnRoute CreateCoipCidr CreateCoipPool \
        CreateDelegateMacVolumeOwnershipTask CreateFleet CreateFpgaImage CreateInstanceConnectEndpoint \
        CreateInstanceEventWindow CreateInstanceExportTask CreateInterruptibleCapacityReservationAllocation CreateIpam \
        CreateIpamExternalResourceVerificationToken CreateIpamPolicy CreateIpamPool CreateIpamPrefixListResolver \
        CreateIpamPrefixListResolverTarget CreateIpamResourceDiscovery CreateIpamScope CreateLaunchTemplate CreateLaunchTemplateVersion \
        CreateLocalGatewayRoute CreateLocalGatewayRouteTable CreateLocalGatewayRouteTableVirtualInterfaceGroupAssociation \
        CreateLocalGatewayRouteTableVpcAssociation CreateLocalGatewayVirtualInterface CreateLocalGatewayVirtualInterfaceGroup \
        CreateMacSystemIntegrityProtectionModificationTask CreateNetworkInsightsAccessScope CreateNetworkInsightsPath \
        CreatePlacementGroup CreatePublicIpv4Pool CreateReplaceRootVolumeTask CreateReservedInstancesListing CreateRouteServer \
        CreateRouteServerEndpoint CreateRouteServerPeer CreateSecondaryNetwork CreateSecondarySubnet CreateSpotDatafeedSubscription \
        CreateTrafficMirrorFilter CreateTrafficMirrorFilterRule CreateTrafficMirrorSession CreateTrafficMirrorTarget \
        CreateTransitGatewayConnect CreateTransitGatewayConnectPeer CreateTransitGatewayMeteringPolicy \
        CreateTransitGatewayMeteringPolicyEntry CreateTransitGatewayMulticastDomain CreateTransitGatewayPeeringAttachment \
        CreateTransitGatewayPolicyTable CreateTransitGatewayPrefixListReference CreateTransitGatewayRoute CreateTransitGatewayRouteTable \
        CreateTransitGatewayRouteTableAnnouncement CreateVerifiedAccessEndpoint CreateVerifiedAccessGroup CreateVerifiedAccessInstance \
        CreateVerifiedAccessTrustProvider CreateVpcBlockPublicAccessExclusion CreateVpcEncryptionControl \
        CreateVpcEndpointConnectionNotification CreateVpcEndpointServiceConfiguration CreateVpnConcentrator \
        DeleteCapacityManagerDataExport DeleteClientVpnEndpoint DeleteClientVpnRoute DeleteCoipCidr DeleteCoipPool DeleteFleets \
        DeleteFpgaImage DeleteInstanceConnectEndpoint DeleteInstanceEventWindow DeleteIpam DeleteIpamExternalResourceVerificationToken \
        DeleteIpamPolicy DeleteIpamPool DeleteIpamPrefixListResolver DeleteIpamPrefixListResolverTarget DeleteIpamResourceDiscovery \
        DeleteIpamScope DeleteLaunchTemplate DeleteLaunchTemplateVersions DeleteLocalGatewayRoute DeleteLocalGatewayRouteTable \
        DeleteLocalGatewayRouteTableVirtualInterfaceGroupAssociation DeleteLocalGatewayRouteTableVpcAssociation \
        DeleteLocalGatewayVirtualInterface DeleteLocalGatewayVirtualInterfaceGroup DeleteNetworkInsightsAccessScope \
        DeleteNetworkInsightsAccessScopeAnalysis DeleteNetworkInsightsAnalysis DeleteNetworkInsightsPath DeletePlacementGroup \
        DeletePublicIpv4Pool DeleteQueuedReservedInstances DeleteRouteServer DeleteRouteServerEndpoint DeleteRouteServerPeer \
        DeleteSecondaryNetwork DeleteSecondarySubnet DeleteSpotDatafeedSubscription DeleteTrafficMirrorFilter \
        DeleteTrafficMirrorFilterRule DeleteTrafficMirrorSession DeleteTrafficMirrorTarget DeleteTransitGatewayClientVpnAttachment \
        DeleteTransitGatewayConnect DeleteTransitGatewayConnectPeer DeleteTransitGatewayMeteringPolicy \
        DeleteTransitGatewayMeteringPolicyEntry DeleteTransitGatewayMulticastDomain DeleteTransitGatewayPeeringAttachment \
        DeleteTransitGatewayPolicyTable DeleteTransitGatewayPrefixListReference DeleteTransitGatewayRoute DeleteTransitGatewayRouteTable \
        DeleteTransitGatewayRouteTableAnnouncement DeleteVerifiedAccessEndpoint DeleteVerifiedAccessGroup DeleteVerifiedAccessInstance \
        DeleteVerifiedAccessTrustProvider DeleteVpcBlockPublicAccessExclusion DeleteVpcEncryptionControl \
        DeleteVpcEndpointConnectionNotifications DeleteVpcEndpointServiceConfigurations DeleteVpnConcentrator DeprovisionByoipCidr \
        DeprovisionIpamByoasn DeprovisionIpamPoolCidr DeprovisionPublicIpv4PoolCidr DeregisterInstanceEventNotificationAttributes \
        DeregisterTransitGatewayMulticastGroupMembers DeregisterTransitGatewayMulticastGroupSources DescribeAggregateIdFormat \
        DescribeAwsNetworkPerformanceMetricSubscriptions DescribeBundleTasks DescribeByoipCidrs DescribeCapacityBlockExtensionHistory \
        DescribeCapacityBlockExtensionOfferings DescribeCapacityBlockOfferings DescribeCapacityBlockStatus DescribeCapacityBlocks \
        DescribeCapacityManagerDataExports DescribeCapacityReservationBillingRequests DescribeCapacityReservationFleets \
        DescribeCapacityReservationTopology DescribeCapacityReservations DescribeClassicLinkInstances \
        DescribeClientVpnAuthorizationRules DescribeClientVpnConnections DescribeClientVpnEndpoints DescribeClientVpnRoutes \
        DescribeClientVpnTargetNetworks DescribeCoipPools DescribeConversionTasks DescribeDeclarativePoliciesReports DescribeElasticGpus \
        DescribeExportTasks DescribeFastLaunchImages DescribeFastSnapshotRestores DescribeFleetHistory DescribeFleetInstances \
        DescribeFleets DescribeFpgaImageAttribute DescribeFpgaImages DescribeHostReservationOfferings DescribeHostReservations \
        DescribeHosts DescribeIdFormat DescribeIdentityIdFormat DescribeInstanceConnectEndpoints \
        DescribeInstanceEventNotificationAttributes DescribeInstanceEventWindows DescribeInstanceImageMetadata \
        DescribeInstanceSqlHaHistoryStates DescribeInstanceSqlHaStates DescribeInstanceTopology DescribeIpamByoasn \
        DescribeIpamExternalResourceVerificationTokens DescribeIpamPolicies DescribeIpamPoolAllocations DescribeIpamPools \
        DescribeIpamPrefixListResolverTargets DescribeIpamPrefixListResolvers DescribeIpamResourceDiscoveries \
        DescribeIpamResourceDiscoveryAssociations DescribeIpamScopes DescribeIpams DescribeIpv6Pools DescribeLaunchTemplateVersions \
        DescribeLaunchTemplates DescribeLocalGatewayRouteTableVirtualInterfaceGroupAssociations \
        DescribeLocalGatewayRouteTableVpcAssociations DescribeLocalGatewayRouteTables DescribeLocalGatewayVirtualInterfaceGroups \
        DescribeLocalGatewayVirtualInterfaces DescribeLocalGateways DescribeMacHosts DescribeMacModificationTasks \
        DescribeNetworkInsightsAccessScopeAnalyses DescribeNetworkInsightsAccessScopes DescribeNetworkInsightsAnalyses \
        DescribeNetworkInsightsPaths DescribeOutpostLags DescribePlacementGroups DescribePrincipalIdFormat DescribePublicIpv4Pools \
        DescribeReplaceRootVolumeTasks DescribeReservedInstances DescribeReservedInstancesListings \
        DescribeReservedInstancesModifications DescribeReservedInstancesOfferings DescribeRouteServerEndpoints DescribeRouteServerPeers \
        DescribeRouteServers DescribeScheduledInstanceAvailability DescribeScheduledInstances DescribeSecondaryInterfaces \
        DescribeSecondaryNetworks DescribeSecondarySubnets DescribeServiceLinkVirtualInterfaces DescribeSpotDatafeedSubscription \
        DescribeSpotFleetInstances DescribeSpotFleetRequestHistory DescribeSpotFleetRequests DescribeSpotInstanceRequests \
        DescribeSpotPriceHistory DescribeTrafficMirrorFilterRules DescribeTrafficMirrorFilters DescribeTrafficMirrorSessions \
        DescribeTrafficMirrorTargets DescribeTransitGatewayConnectPeers DescribeTransitGatewayConnects \
        DescribeTransitGatewayMeteringPolicies DescribeTransitGatewayMulticastDomains DescribeTransitGatewayPeeringAttachments \
        DescribeTransitGatewayPolicyTables DescribeTransitGatewayRouteTableAnnouncements DescribeTransitGatewayRouteTables \
        DescribeTrunkInterfaceAssociations DescribeVerifiedAccessEndpoints DescribeVerifiedAccessGroups \
        DescribeVerifiedAccessInstanceLoggingConfigurations DescribeVerifiedAccessInstances DescribeVerifiedAccessTrustProviders \
        DescribeVpcBlockPublicAccessExclusions DescribeVpcBlockPublicAccessOptions DescribeVpcEncryptionControls \
        DescribeVpcEndpointAssociations DescribeVpcEndpointConnectionNotifications DescribeVpcEndpointConnections \
        DescribeVpcEndpointServiceConfigurations DescribeVpcEndpointServicePermissions DescribeVpnConcentrators \
        DetachVerifiedAccessTrustProvider DisableAwsNetworkPerformanceMetricSubscription DisableCapacityManager DisableFastLaunch \
        DisableFastSnapshotRestores DisableInstanceSqlHaStandbyDetections DisableIpamOrganizationAdminAccount DisableIpamPolicy \
        DisableRouteServerPropagation DisableSerialConsoleAccess DisableTransitGatewayRouteTablePropagation \
        DisassociateCapacityReservationBillingOwner DisassociateClientVpnTargetNetwork DisassociateEnclaveCertificateIamRole \
        DisassociateInstanceEventWindow DisassociateIpamByoasn DisassociateIpamResourceDiscovery \
        DisassociateRouteServer DisassociateTransitGatewayMulticastDomain DisassociateTransitGatewayPolicyTable \
        DisassociateTransitGatewayRouteTable DisassociateTrunkInterface EnableAwsNetworkPerformanceMetricSubscription \
        EnableCapacityManager EnableFastLaunch EnableFastSnapshotRestores EnableInstanceSqlHaStandbyDetections \
        EnableIpamOrganizationAdminAccount EnableIpamPolicy EnableReachabilityAnalyzerOrganizationSharing EnableRouteServerPropagation \
        EnableSerialConsoleAccess EnableTransitGatewayRouteTablePropagation ExportClientVpnClientCertificateRevocationList \
        ExportClientVpnClientConfiguration ExportTransitGatewayRoutes ExportVerifiedAccessInstanceClientConfiguration \
        GetActiveVpnTunnelStatus GetAssociatedEnclaveCertificateIamRoles GetAssociatedIpv6PoolCidrs GetAwsNetworkPerformanceData \
        GetCapacityManagerAttributes GetCapacityManagerMetricData GetCapacityManagerMetricDimensions GetCapacityManagerMonitoredTagKeys \
        GetCapacityReservationUsage GetCoipPoolUsage GetDeclarativePoliciesReportSummary GetDefaultCreditSpecification \
        GetEnabledIpamPolicy GetFlowLogsIntegrationTemplate GetGroupsForCapacityReservation GetHostReservationPurchasePreview \
        GetInstanceMetadataDefaults GetInstanceTpmEkPub GetInstanceTypesFromInstanceRequirements GetInstanceUefiData \
        GetIpamAddressHistory GetIpamDiscoveredAccounts GetIpamDiscoveredPublicAddresses GetIpamDiscoveredResourceCidrs \
        GetIpamPolicyAllocationRules GetIpamPolicyOrganizationTargets GetIpamPoolAllocations GetIpamPoolCidrs \
        GetIpamPrefixListResolverRules GetIpamPrefixListResolverVersionEntries GetIpamPrefixListResolverVersions GetIpamResourceCidrs \
        GetLaunchTemplateData GetManagedResourceVisibility GetNetworkInsightsAccessScopeAnalysisFindings \
        GetNetworkInsightsAccessScopeContent GetReservedInstancesExchangeQuote GetRouteServerAssociations \
        GetRouteServerPropagations GetRouteServerRoutingDatabase GetSerialConsoleAccessStatus GetSpotPlacementScores \
        GetTransitGatewayAttachmentPropagations GetTransitGatewayMeteringPolicyEntries GetTransitGatewayMulticastDomainAssociations \
        GetTransitGatewayPolicyTableAssociations GetTransitGatewayPolicyTableEntries GetTransitGatewayPrefixListReferences \
        GetTransitGatewayRouteTableAssociations GetTransitGatewayRouteTablePropagations GetVerifiedAccessEndpointPolicy \
        GetVerifiedAccessEndpointTargets GetVerifiedAccessGroupPolicy GetVpcResourcesBlockingEncryptionEnforcement \
        GetVpnConnectionDeviceSampleConfiguration GetVpnConnectionDeviceTypes GetVpnTunnelReplacementStatus \
        ImportClientVpnClientCertificateRevocationList ImportInstance ImportVolume ListVolumesInRecycleBin ModifyAvailabilityZoneGroup \
        ModifyCapacityReservation ModifyCapacityReservationFleet ModifyClientVpnEndpoint ModifyDefaultCreditSpecification ModifyFleet \
        ModifyFpgaImageAttribute ModifyHosts ModifyIdFormat ModifyIdentityIdFormat ModifyInstanceCapacityReservationAttributes \
        ModifyInstanceConnectEndpoint ModifyInstanceCpuOptions ModifyInstanceEventStartTime \
        ModifyInstanceEventWindow ModifyInstanceMaintenanceOptions ModifyInstanceMetadataDefaults \
        ModifyInstanceNetworkPerformanceOptions ModifyInstancePlacement ModifyIpam ModifyIpamPolicyAllocationRules ModifyIpamPool \
        ModifyIpamPoolAllocation ModifyIpamPrefixListResolver ModifyIpamPrefixListResolverTarget ModifyIpamResourceCidr \
        ModifyIpamResourceDiscovery ModifyIpamScope ModifyLaunchTemplate ModifyLocalGatewayRoute ModifyManagedResourceVisibility \
        ModifyPrivateDnsNameOptions ModifyPublicIpDnsNameOptions ModifyReservedInstances ModifyRouteServer ModifySpotFleetRequest \
        ModifyTrafficMirrorFilterNetworkServices ModifyTrafficMirrorFilterRule ModifyTrafficMirrorSession \
        ModifyTransitGatewayMeteringPolicy ModifyTransitGatewayPrefixListReference ModifyVerifiedAccessEndpoint \
        ModifyVerifiedAccessEndpointPolicy ModifyVerifiedAccessGroup ModifyVerifiedAccessGroupPolicy ModifyVerifiedAccessInstance \
        ModifyVerifiedAccessInstanceLoggingConfiguration ModifyVerifiedAccessTrustProvider ModifyVpcBlockPublicAccessExclusion \
        ModifyVpcBlockPublicAccessOptions ModifyVpcEncryptionControl ModifyVpcEndpointConnectionNotification \
        ModifyVpcEndpointServiceConfiguration ModifyVpcEndpointServicePayerResponsibility ModifyVpcEndpointServicePermissions \
        ModifyVpnConnectionOptions ModifyVpnTunnelCertificate ModifyVpnTunnelOptions MoveByoipCidrToIpam \
        MoveCapacityReservationInstances ProvisionByoipCidr ProvisionIpamByoasn ProvisionIpamPoolCidr ProvisionPublicIpv4PoolCidr \
        PurchaseCapacityBlock PurchaseCapacityBlockExtension PurchaseHostReservation PurchaseReservedInstancesOffering \
        PurchaseScheduledInstances RegisterInstanceEventNotificationAttributes RegisterTransitGatewayMulticastGroupMembers \
        RegisterTransitGatewayMulticastGroupSources RejectCapacityReservationBillingOwnership RejectTransitGatewayClientVpnAttachment \
        RejectTransitGatewayMulticastDomainAssociations RejectTransitGatewayPeeringAttachment RejectTransitGatewayVpcAttachment \
        ReleaseHosts ReleaseIpamPoolAllocation ReplaceTransitGatewayRoute ReplaceVpnTunnel \
        ReportInstanceStatus RequestSpotFleet RequestSpotInstances ResetFpgaImageAttribute RestoreVolumeFromRecycleBin \
        RevokeClientVpnIngress RunScheduledInstances SearchLocalGatewayRoutes SearchTransitGatewayMulticastGroups \
        SearchTransitGatewayRoutes SendDiagnosticInterrupt StartDeclarativePoliciesReport StartNetworkInsightsAccessScopeAnalysis \
        StartNetworkInsightsAnalysis StartVpcEndpointServicePrivateDnsVerification TerminateClientVpnConnections \
        UpdateCapacityManagerMonitoredTagKeys UpdateCapacityManagerOrganizationsAccess UpdateInterruptibleCapacityReservationAllocation \
        WithdrawByoipCidr
        """.split(separator: " ").map(String.init)
    )
}
