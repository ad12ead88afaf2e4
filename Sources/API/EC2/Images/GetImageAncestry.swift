import Domain
import Services
import Wire

/// What an image was copied from, and that in turn (docs/behaviour/image-life.md, "Ancestry").
struct GetImageAncestry: EC2Action {
    static let permissions = [Permission<Self>("ec2:GetImageAncestry") { [$1.image($0.imageID)] }]

    private let imageID: String

    init(from query: QueryReader) throws(RequestError) { imageID = try query["ImageId"] }

    func run(in call: Call) async throws -> Answer { Answer(ancestors: try await Images(call).ancestry(of: imageID)) }

    struct Answer: XMLEncodable {
        let ancestors: [ImageAncestor]

        func write(to xml: inout XMLWriter) {
            xml.list("imageAncestryEntrySet", ancestors) { xml, ancestor in
                xml.element("creationDate", ancestor.createdAt)
                xml.element("imageId", ancestor.id.rawValue)
                xml.element("sourceImageId", ancestor.source?.id.rawValue)
                xml.element("sourceImageRegion", ancestor.source?.region.rawValue)
            }
        }
    }
}
