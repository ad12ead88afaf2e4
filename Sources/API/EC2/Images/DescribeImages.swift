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

    func reply(in call: Call, requestID: String) async throws -> Reply {
        let isOnePiece = query.page.maxResults == nil && query.ids.isEmpty
        guard isOnePiece else {
            return .xml(EC2Envelope.success(action: Self.name, requestID: requestID, body: try await run(in: call)))
        }
        let answer = Answer(page: Page(elements: [], nextToken: nil))
        return try await PagedListing.reply(
            empty: EC2Envelope.success(action: Self.name, requestID: requestID, body: answer),
            list: "imagesSet",
            page: { token in
                var query = query
                query.page.maxResults = PagedListing<Domain.Image>.pageSize
                query.page.nextToken = token ?? query.page.nextToken
                return try await Images(call).describe(query)
            },
            write: { xml, image in ImageItem(image: image).write(to: &xml) }
        )
    }

    struct Answer: XMLEncodable {
        let page: Page<Image>

        func write(to xml: inout XMLWriter) {
            xml.list("imagesSet", page.elements) { xml, image in ImageItem(image: image).write(to: &xml) }
            xml.element("nextToken", page.nextToken)
        }
    }
}
