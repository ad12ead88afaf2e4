import Domain
import Services
import Wire

/// Sets tags on resources; a tag of the same key is replaced.
struct CreateTags: EC2Action {
    static let permissions = [Permission<Self>("ec2:CreateTags") { action, call in action.resourceIDs.map(call.tagged) }]

    private let resourceIDs: [String]
    private let tags: [TagParameter]

    init(from query: QueryReader) throws(RequestError) {
        resourceIDs = try query["ResourceId"]
        tags = try query["Tag"]
        // As EC2 calls it, whatever the parameter is called.
        guard !resourceIDs.isEmpty else { throw .missing("resourceIdSet") }
        guard !tags.isEmpty else { throw .missing("Tag") }
    }

    func run(in call: Call) async throws -> XMLReturnTrue {
        try await Tags(call).create(tags.map(\.tag), on: resourceIDs)
        return XMLReturnTrue()
    }
}
