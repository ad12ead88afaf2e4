import Domain
import Wire

/// The destinations beside a Region that the copying actions can name. Ferry has none of them.
struct DestinationParameters: Sendable {
    private let named: [String]

    init(from query: QueryReader) throws(RequestError) {
        var named: [String] = []
        for name in ["DestinationOutpostArn", "DestinationAvailabilityZone", "DestinationAvailabilityZoneId"] {
            let value: String? = try query[name]
            if value != nil { named.append(name) }
        }
        self.named = named
    }

    func refuseAny() throws {
        guard named.count <= 1 else {
            throw Fault(.invalidParameterCombination, "At most one of \(named.joined(separator: ", ")) can be given")
        }
        guard named.isEmpty else {
            throw Fault(.unsupportedOperation, "\(named[0]) is not supported: Ferry has no Outposts and no Local Zones")
        }
    }
}
