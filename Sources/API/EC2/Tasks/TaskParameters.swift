import Domain
import Services
import Wire

/// The parameters that ImportSnapshot, ImportImage and ExportImage share.
struct TaskParameters: Sendable {
    let description: String
    private let role: String?
    let tags: [TagSpecification]
    private let clientToken: ClientToken?

    init(from query: QueryReader) throws(RequestError) {
        description = try query.text("Description", lengthMax: Images.descriptionLengthMax)
        role = try query["RoleName"]
        tags = try query["TagSpecification"]
        clientToken = try query.clientToken()
    }

    /// - Parameter kind: of the task, as tags name it.
    func options(of kind: String) throws -> TaskOptions {
        TaskOptions(
            description: description,
            role: role,
            tags: try tags.tags(forKinds: [kind])[kind] ?? [],
            clientToken: clientToken
        )
    }
}
