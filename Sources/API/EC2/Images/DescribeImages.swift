import Domain
import Services
import Wire

/// Lists images (ami-behaviour.md, section 4.3).
struct DescribeImages: EC2Action {
    private let query: ImageQuery

    init(from reader: QueryReader) throws(RequestError) {
        var query = ImageQuery()
        query.ids = try reader["ImageId"]
        query.owners = try reader["Owner"]
        query.executableBy = try reader["ExecutableBy"]
        query.filters = try reader.filters()
        query.page = try reader.page()
        // No image is deprecated or disabled yet, so there is nothing that these would add.
        let _: Bool? = try reader["IncludeDeprecated"]
        let _: Bool? = try reader["IncludeDisabled"]
        self.query = query
    }

    func run(in call: Call) async throws -> Answer { Answer(page: try await Images(call).describe(query)) }

    struct Answer: XMLEncodable {
        let page: Page<Image>

        func write(to xml: inout XMLWriter) {
            xml.list("imagesSet", page.elements) { xml, image in ImageItem(image: image).write(to: &xml) }
            xml.element("nextToken", page.nextToken)
        }
    }
}
