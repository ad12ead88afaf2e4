import Domain
import Services
import Wire

/// Has guests reset.
struct RebootInstances: EC2Action {
    static let permissions = [Permission<Self>("ec2:RebootInstances") { action, call in action.ids.map(call.instance) }]

    private let ids: [String]

    init(from query: QueryReader) throws(RequestError) { ids = try query.instanceIDs() }

    func run(in call: Call) async throws -> XMLReturnTrue {
        try await Instances(call).reboot(ids)
        return XMLReturnTrue()
    }
}
