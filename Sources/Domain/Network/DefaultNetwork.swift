/// The network that every account has in every Region: a default VPC with a subnet in each zone, and what belongs to them.
///
/// It has no rows: its ids follow from account and Region (docs/behaviour/network.md, "The default network").
package struct DefaultNetwork: Hashable, Sendable {
    package static let block = "172.31.0.0/16"
    /// Of the 4,096 addresses of a subnet, without the five that AWS keeps for itself.
    package static let subnetAddresses = 4_091

    package let account: AccountID
    package let region: Region

    package init(of account: AccountID, in region: Region) {
        self.account = account
        self.region = region
    }

    package struct Subnet: Hashable, Sendable {
        package let id: NetworkPartID
        package let zone: AvailabilityZone
        /// As `172.31.16.0/20`.
        package let block: String
        /// The same, without its last byte and the length: `172.31.16`.
        package let firstBytes: String
    }

    package var vpc: NetworkPartID { part(.vpc) }
    package var routeTable: NetworkPartID { part(.routeTable) }
    package var internetGateway: NetworkPartID { part(.internetGateway) }
    package var networkACL: NetworkPartID { part(.networkACL) }
    package var dhcpOptions: NetworkPartID { part(.dhcpOptions) }
    /// The default security group's.
    package var securityGroup: SecurityGroupID { SecurityGroupID(wellFormed: DerivedID.text(prefix: SecurityGroupID.prefix, naming: name)) }

    /// In the order of the zones.
    package var subnets: [Subnet] {
        AvailabilityZone.zones(of: region).enumerated().map { index, zone in
            let bytes = "172.31.\(index * 16)"
            return Subnet(
                id: NetworkPartID(.subnet, naming: "\(name)/\(zone.name)"),
                zone: zone,
                block: "\(bytes).0/20",
                firstBytes: bytes
            )
        }
    }

    package func subnet(_ id: NetworkPartID) -> Subnet? { subnets.first { $0.id == id } }
    package func subnet(in zone: AvailabilityZone) -> Subnet? { subnets.first { $0.zone == zone } }

    /// All that it consists of.
    package func parts(_ kind: NetworkPartID.Kind) -> [NetworkPartID] { kind == .subnet ? subnets.map(\.id) : [part(kind)] }

    package func contains(_ part: NetworkPartID) -> Bool { parts(part.kind).contains(part) }

    /// The id of what ties a part to another.
    ///
    /// - Parameter prefix: what its id begins with: `rtbassoc`.
    package func association(_ prefix: String, of part: NetworkPartID) -> String { DerivedID.text(prefix: prefix, naming: part.rawValue) }

    /// What a guest's name ends in.
    package var domainName: String { region.rawValue == "us-east-1" ? "ec2.internal" : "\(region).compute.internal" }

    private func part(_ kind: NetworkPartID.Kind) -> NetworkPartID { NetworkPartID(kind, naming: name) }

    private var name: String { "\(account)/\(region)" }
}
