import Domain
import Services
import Wire

/// Lists the zones of the Region that is asked. Ferry's zones are names only: a Region has one store.
struct DescribeAvailabilityZones: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeAvailabilityZones")]

    private static let filterNames: Set<String> = [
        "group-name", "message", "opt-in-status", "region-name", "state", "zone-id", "zone-name", "zone-type",
    ]

    private let zoneNames: [String]
    private let zoneIDs: [String]
    private let filters: [Filter]

    init(from query: QueryReader) throws(RequestError) {
        zoneNames = try query["ZoneName"]
        zoneIDs = try query["ZoneId"]
        filters = try query.filters()
        // There are no Local Zones or Wavelength Zones to add.
        let _: Bool? = try query["AllAvailabilityZones"]
    }

    func run(in call: Call) async throws -> Answer {
        try FilterRules.check(filters, names: Self.filterNames)
        let zones = AvailabilityZone.zones(of: call.region)
        for name in zoneNames where !zones.contains(where: { $0.name == name }) {
            throw Fault(.invalidParameterValue, "Invalid availability zone: [\(name)]")
        }
        for id in zoneIDs where !zones.contains(where: { $0.id == id }) {
            throw Fault(.invalidParameterValue, "Invalid availability zone-id: [\(id)]")
        }
        return Answer(
            zones: zones.filter { zone in
                (zoneNames.isEmpty || zoneNames.contains(zone.name)) && (zoneIDs.isEmpty || zoneIDs.contains(zone.id))
                    && filters.allSatisfy { $0.matches(anyOf: zone.texts(forFilter: $0.name)) }
            }
        )
    }

    struct Answer: XMLEncodable {
        let zones: [AvailabilityZone]

        func write(to xml: inout XMLWriter) {
            xml.list("availabilityZoneInfo", zones) { xml, zone in
                xml.element("zoneName", zone.name)
                xml.element("zoneState", "available")
                xml.element("regionName", zone.region.rawValue)
                xml.list("messageSet", [String]())
                xml.element("zoneId", zone.id)
                xml.element("optInStatus", "opt-in-not-required")
                xml.element("groupName", zone.region.rawValue)
                xml.element("networkBorderGroup", zone.region.rawValue)
                xml.element("zoneType", "availability-zone")
            }
        }
    }
}
