import Domain
import Services
import Wire

/// Lists the caller's volumes (docs/behaviour/volumes.md, "Describing").
struct DescribeVolumes: EC2Listing {
    static let permissions = [Permission<Self>("ec2:DescribeVolumes")]

    static let list = "volumeSet"

    private let query: VolumeQuery

    init(from reader: QueryReader) throws(RequestError) {
        query = try reader.volumes()
        // None are managed by a service.
        let _: Bool? = try reader["IncludeManagedResources"]
    }

    var isSentInPages: Bool { query.ids.isEmpty && query.page.maxResults == nil }

    func page(of size: Int?, after nextToken: String?, in call: Call) async throws -> Page<Volume> {
        var query = query
        query.page = query.page.part(of: size, after: nextToken)
        return try await Volumes(call).describe(query)
    }

    static func write(_ volume: Volume, to xml: inout XMLWriter) { VolumeItem(volume: volume).write(to: &xml) }
}
