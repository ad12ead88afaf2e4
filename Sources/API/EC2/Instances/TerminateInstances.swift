import Domain
import Services
import Wire

/// Terminates instances, with the volumes that are to go with them.
struct TerminateInstances: EC2Action {
    static let permissions = [Permission<Self>("ec2:TerminateInstances") { action, call in action.ids.map(call.instance) }]

    private let ids: [String]

    init(from query: QueryReader) throws(RequestError) {
        ids = try query.instanceIDs()
        // Guests are ended at once in any case.
        let _: Bool? = try query["Force"]
        let _: Bool? = try query["SkipOsShutdown"]
    }

    func run(in call: Call) async throws -> StateChangesAnswer { StateChangesAnswer(changes: try await Instances(call).terminate(ids)) }
}
