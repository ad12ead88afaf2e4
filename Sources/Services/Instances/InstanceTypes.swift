import Domain

/// The types of machines that can be asked for, and where (docs/behaviour/instance-types.md). All are offered everywhere.
package struct InstanceTypes: Sendable {
    private let call: Call

    package init(_ call: Call) { self.call = call }

    /// The types of some names, or all of them, that match; ordered by name.
    package func describe(_ names: [String], _ filters: [Filter], page: PageRequest) async throws -> Page<InstanceType> {
        try FilterRules.check(filters, names: InstanceType.filterNames)
        guard names.count <= Self.namesMax else {
            throw Fault(.invalidParameterValue, "At most \(Self.namesMax) instance types can be named in a request")
        }
        try page.check(besides: names, "InstanceTypes")
        let types = try names.isEmpty ? InstanceType.all : InstanceType.named(names)
        return try await page.collect(
            token: call.pageToken(for: "DescribeInstanceTypes"),
            place: \.name,
            batch: { after, limit in Array(types.drop { type in after.map { type.name <= $0 } ?? false }.prefix(limit)) },
            where: { try $0.matches(filters) }
        )
    }

    /// Where each type is offered that matches; ordered by type, then by place.
    package func offerings(by kind: InstanceTypeOffering.LocationKind, _ filters: [Filter], page: PageRequest) async throws
        -> Page<InstanceTypeOffering>
    {
        try FilterRules.check(filters, names: InstanceTypeOffering.filterNames)
        let offerings = InstanceTypeOffering.all(in: call.region, by: kind)
        return try await page.collect(
            token: call.pageToken(for: "DescribeInstanceTypeOfferings/\(kind.rawValue)"),
            place: \.place,
            batch: { after, limit in Array(offerings.drop { offering in after.map { offering.place <= $0 } ?? false }.prefix(limit)) },
            where: { offering in filters.allSatisfy { $0.matches(anyOf: offering.texts(forFilter: $0.name)) } }
        )
    }

    private static let namesMax = 100
}
