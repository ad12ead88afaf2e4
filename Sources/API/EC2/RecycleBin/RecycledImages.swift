import Domain
import Services
import Wire

/// Lists the caller's images in the Recycle Bin (docs/behaviour/recycle-bin.md, "In the bin").
struct ListImagesInRecycleBin: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:ListImagesInRecycleBin") { action, call in
            action.imageIDs.isEmpty ? [.all] : action.imageIDs.map { call.image($0) }
        }
    ]

    private let imageIDs: [String]
    private let page: PageRequest

    init(from query: QueryReader) throws(RequestError) {
        imageIDs = try query["ImageId"]
        page = try query.page(RecycleBin.sizes)
    }

    func run(in call: Call) async throws -> Answer { Answer(page: try await RecycleBin(call).images(imageIDs, page: page)) }

    struct Answer: XMLEncodable {
        let page: Page<Recycled<Image>>

        func write(to xml: inout XMLWriter) {
            xml.list("imageSet", page.elements) { xml, recycled in
                xml.element("imageId", recycled.value.id.rawValue)
                xml.element("name", recycled.value.name)
                xml.element("description", recycled.value.description)
                xml.element("recycleBinEnterTime", recycled.resource.enteredAt)
                xml.element("recycleBinExitTime", recycled.resource.exitsAt)
            }
            xml.element("nextToken", page.nextToken)
        }
    }
}

/// Brings an image back from the Recycle Bin.
struct RestoreImageFromRecycleBin: EC2Action {
    static let permissions = [Permission<Self>("ec2:RestoreImageFromRecycleBin") { [$1.image($0.imageID)] }]

    private let imageID: String

    init(from query: QueryReader) throws(RequestError) { imageID = try query["ImageId"] }

    func run(in call: Call) async throws -> XMLReturnTrue {
        try await RecycleBin(call).restoreImage(imageID)
        return XMLReturnTrue()
    }
}
