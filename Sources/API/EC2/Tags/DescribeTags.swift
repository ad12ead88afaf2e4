import Domain
import Services
import Wire

/// Lists tags with the resources that carry them.
struct DescribeTags: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeTags")]

    private let filters: [Filter]
    private let page: PageRequest

    init(from query: QueryReader) throws(RequestError) {
        filters = try query.filters()
        page = try query.page()
    }

    func run(in call: Call) async throws -> Answer {
        Answer(page: try await Tags(call).describe(filters, page: page))
    }

    struct Answer: XMLEncodable {
        let page: Page<TaggedResource>

        func write(to xml: inout XMLWriter) {
            xml.list("tagSet", page.elements) { xml, element in
                xml.element("resourceId", element.resourceID)
                xml.element("resourceType", element.kind)
                xml.element("key", element.tag.key)
                xml.element("value", element.tag.value)
            }
            xml.element("nextToken", page.nextToken)
        }
    }
}
