/// That machines of a type are to be had at a place.
package struct InstanceTypeOffering: Hashable, Sendable {
    /// What kind of place.
    package enum LocationKind: String, Sendable, CaseIterable {
        case region
        case availabilityZone = "availability-zone"
        case availabilityZoneID = "availability-zone-id"
        case outpost
    }

    package static let filterNames: Set<String> = ["instance-type", "location"]

    package let type: String
    package let kind: LocationKind
    package let location: String

    /// Every type at every place of a Region, ordered by type and place. There are no Outposts.
    package static func all(in region: Region, by kind: LocationKind) -> [InstanceTypeOffering] {
        let zones = AvailabilityZone.zones(of: region)
        let locations: [String] =
            switch kind {
            case .region: [region.rawValue]
            case .availabilityZone: zones.map(\.name)
            case .availabilityZoneID: zones.map(\.id)
            case .outpost: []
            }
        return InstanceType.all
            .flatMap { type in locations.map { InstanceTypeOffering(type: type.name, kind: kind, location: $0) } }
            .sorted { $0.place < $1.place }
    }

    /// Where it stands in a listing.
    package var place: String { "\(type)/\(location)" }

    package func texts(forFilter name: String) -> [String] {
        switch name {
        case "instance-type": [type]
        case "location": [location]
        default: []
        }
    }
}
