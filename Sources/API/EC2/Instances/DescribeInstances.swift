import Domain
import Services
import Wire

/// Lists the caller's instances (docs/behaviour/instances.md, "Describing").
struct DescribeInstances: EC2Listing {
    static let permissions = [Permission<Self>("ec2:DescribeInstances")]

    static let list = "reservationSet"

    private let query: InstanceQuery

    init(from reader: QueryReader) throws(RequestError) {
        query = try reader.instances()
        // None are managed by a service.
        let _: Bool? = try reader["IncludeManagedResources"]
    }

    var isSentInPages: Bool { query.ids.isEmpty && query.page.maxResults == nil }

    func page(of size: Int?, after nextToken: String?, in call: Call) async throws -> Page<Reservation> {
        var query = query
        query.page = query.page.part(of: size, after: nextToken)
        let page = try await Instances(call).describe(query)
        return Page(elements: Reservation.grouping(page.elements), nextToken: page.nextToken)
    }

    static func write(_ reservation: Reservation, to xml: inout XMLWriter) { ReservationItem(reservation: reservation).write(to: &xml) }
}

extension QueryReader {
    /// `InstanceId.N`, filters and the page.
    func instances(ids: String = "InstanceId", _ sizes: ClosedRange<Int> = PageRequest.sizes) throws(RequestError) -> InstanceQuery {
        var query = InstanceQuery()
        query.ids = try self[ids]
        query.filters = try filters()
        query.page = try page(sizes)
        return query
    }
}
