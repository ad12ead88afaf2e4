import Domain
import Services
import Wire

/// Lists images (docs/behaviour/images.md, "Describing").
struct DescribeImages: EC2Listing {
    static let permissions = [Permission<Self>("ec2:DescribeImages")]

    static let list = "imagesSet"

    private let query: ImageQuery

    init(from reader: QueryReader) throws(RequestError) {
        var query = ImageQuery()
        query.ids = try reader["ImageId"]
        query.owners = try reader["Owner"]
        query.executableBy = try reader["ExecutableBy"]
        query.filters = try reader.filters()
        query.page = try reader.page()
        query.inclusion.deprecated = try reader["IncludeDeprecated"] ?? false
        query.inclusion.disabled = try reader["IncludeDisabled"] ?? false
        self.query = query
    }

    var isSentInPages: Bool { query.ids.isEmpty && query.page.maxResults == nil }

    func page(of size: Int?, after nextToken: String?, in call: Call) async throws -> Page<Image> {
        var query = query
        query.page = query.page.part(of: size, after: nextToken)
        return try await Images(call).describe(query)
    }

    static func write(_ image: Image, to xml: inout XMLWriter) { ImageItem(image: image).write(to: &xml) }
}
