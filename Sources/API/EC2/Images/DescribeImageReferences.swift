import Domain
import Services
import Wire

/// What of the account refers to images of its own: its instances, as Ferry has none of the other resources that could
/// (docs/behaviour/image-life.md, "Who uses an image").
struct DescribeImageReferences: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeImageReferences")]

    private static let instance = "ec2:Instance"
    private static let kinds: Set<String> = [
        instance, "ec2:LaunchTemplate", "ssm:Parameter", "imagebuilder:ImageRecipe", "imagebuilder:ContainerRecipe",
    ]

    private let imageIDs: [String]
    private let includesAll: Bool
    private let users: [ImageUsers]
    private let page: PageRequest

    init(from query: QueryReader) throws(RequestError) {
        imageIDs = try query["ImageId"]
        guard !imageIDs.isEmpty else { throw .missing("ImageId") }
        includesAll = try query["IncludeAllResourceTypes"] ?? false
        users = try query["ResourceType"]
        page = try query.page()
    }

    func run(in call: Call) async throws -> Answer {
        guard includesAll != !users.isEmpty else {
            guard includesAll else {
                throw Fault(.missingParameter, "The request must contain the parameter ResourceType or IncludeAllResourceTypes")
            }
            throw Fault(.invalidParameterCombination, "ResourceType and IncludeAllResourceTypes cannot be used together")
        }
        for kind in users { try kind.check(among: Self.kinds) }
        let instances = users.first { $0.name == Self.instance }
        let states = includesAll ? InstanceState.allCases : instances?.states ?? []
        return Answer(page: try await Images(call).references(imageIDs, in: states, page: page))
    }

    struct Answer: XMLEncodable {
        let page: Page<ImageReference>

        func write(to xml: inout XMLWriter) {
            xml.list("imageReferenceSet", page.elements) { xml, reference in
                xml.element("imageId", reference.image.rawValue)
                xml.element("resourceType", DescribeImageReferences.instance)
                xml.element("arn", reference.resource)
            }
            xml.element("nextToken", page.nextToken)
        }
    }
}
