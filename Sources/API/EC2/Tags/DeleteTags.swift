import Services
import Wire

/// Removes tags from resources: by key, by key and value, or all of them when none is named.
struct DeleteTags: EC2Action {
    static let permissions = [Permission<Self>("ec2:DeleteTags") { action, call in action.resourceIDs.map(call.tagged) }]

    private let resourceIDs: [String]
    private let tags: [TagParameter]

    init(from query: QueryReader) throws(RequestError) {
        resourceIDs = try query["ResourceId"]
        tags = try query["Tag"]
        // As EC2 calls it, whatever the parameter is called.
        guard !resourceIDs.isEmpty else { throw .missing("resourceIdSet") }
    }

    func run(in call: Call) async throws -> XMLReturnTrue {
        try await Tags(call).delete(tags.map { (key: $0.key, value: $0.value) }, from: resourceIDs)
        return XMLReturnTrue()
    }
}
