import Domain
import Metadata

/// The default network, on behalf of one caller in one Region (docs/behaviour/network.md, "The default network").
package struct DefaultNetworks: Sendable {
    private static let idsMax = 1_000
    private let call: Call

    package init(_ call: Call) { self.call = call }

    /// The parts of a kind that match, ordered by id.
    ///
    /// - Parameter ids: all of these must be there.
    package func describe(
        _ kind: NetworkPartID.Kind,
        ids: [String],
        filters: [Filter],
        page: PageRequest
    ) async throws -> Page<NetworkPart> {
        try FilterRules.check(filters, names: NetworkPart.filterNames(kind))
        guard ids.count <= Self.idsMax else { throw Fault(.invalidParameterValue, "At most \(Self.idsMax) ids can be given in a request") }
        let network = call.network
        let all = network.parts(kind).sorted()
        for id in ids where !all.contains(where: { $0.rawValue == id }) { throw kind.notFound(String(id.prefix(64))) }
        let (tags, interfaces) = try await call.store.database.read { transaction in
            (
                try TagTable(transaction).tags(of: all.map(\.rawValue), by: network.account),
                kind == .subnet ? try InstanceTable(transaction).interfaceCounts(of: network.vpc) : [:]
            )
        }
        let parts = all.filter { ids.isEmpty || ids.contains($0.rawValue) }
            .map { NetworkPart(id: $0, network: network, interfaces: interfaces[$0] ?? 0, tags: tags[$0.rawValue] ?? []) }
        return try await page.collect(
            token: call.pageToken(for: "network/\(kind.rawValue)"),
            place: \.id.rawValue,
            batch: { after, limit in Array(parts.drop { part in after.map { part.id.rawValue <= $0 } ?? false }.prefix(limit)) },
            where: { try $0.matches(filters) }
        )
    }

    /// What DescribeAccountAttributes tells, by name.
    package func accountAttributes() async throws -> [(name: String, value: String)] {
        [
            ("supported-platforms", "VPC"), ("default-vpc", call.network.vpc.rawValue), ("max-instances", "20"),
            ("vpc-max-security-groups-per-interface", String(try await call.quota(.groupsOfInterface))),
            ("max-elastic-ips", "0"), ("vpc-max-elastic-ips", "0"),
        ]
    }

    /// There are no Elastic IP addresses.
    package func describeAddresses(_ addresses: [String], allocations: [String], filters: [Filter]) throws {
        try FilterRules.check(filters, names: NetworkInterfaceFilters.ofAddresses)
        if let address = addresses.first { throw Fault(.invalidAddressNotFound, "Address '\(address.prefix(64))' not found.") }
        if let id = allocations.first {
            throw Fault(.invalidAllocationIDNotFound, "The allocation ID '\(id.prefix(64))' does not exist")
        }
    }
}

extension DefaultNetwork {
    /// That a VPC is this account's: no other is there.
    package func requireVPC(_ id: String) throws {
        guard id == vpc.rawValue else { throw NetworkPartID.Kind.vpc.notFound(String(id.prefix(64))) }
    }
}
