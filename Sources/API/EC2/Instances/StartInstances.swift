import Domain
import Services
import Wire

/// Starts instances that are stopped.
struct StartInstances: EC2Action {
    static let permissions = [Permission<Self>("ec2:StartInstances") { action, call in action.ids.map(call.instance) }]

    private let ids: [String]
    private let additionalInfo: String?

    init(from query: QueryReader) throws(RequestError) {
        ids = try query.instanceIDs()
        additionalInfo = try query["AdditionalInfo"]
    }

    func run(in call: Call) async throws -> StateChangesAnswer {
        guard additionalInfo == nil else {
            throw Fault(.unsupportedOperation, "The parameter AdditionalInfo is not supported by this version of Ferry")
        }
        return StateChangesAnswer(changes: try await Instances(call).start(ids))
    }
}

/// Stops instances: their guests are asked to shut down, unless they are forced.
struct StopInstances: EC2Action {
    static let permissions = [Permission<Self>("ec2:StopInstances") { action, call in action.ids.map(call.instance) }]

    private let ids: [String]
    private let isForced: Bool
    private let hibernates: Bool

    init(from query: QueryReader) throws(RequestError) {
        ids = try query.instanceIDs()
        let (force, skips): (Bool?, Bool?) = (try query["Force"], try query["SkipOsShutdown"])
        isForced = force == true || skips == true
        hibernates = try query["Hibernate"] ?? false
    }

    func run(in call: Call) async throws -> StateChangesAnswer {
        guard !hibernates else { throw Fault(.unsupportedHibernation, "Instances of Ferry cannot hibernate: none is configured for it") }
        return StateChangesAnswer(changes: try await Instances(call).stop(ids, force: isForced))
    }
}

/// How instances changed their states.
struct StateChangesAnswer: XMLEncodable {
    let changes: [InstanceStateChange]

    func write(to xml: inout XMLWriter) {
        xml.list("instancesSet", changes) { xml, change in
            xml.element("instanceId", change.instance.rawValue)
            xml.element("currentState") { change.current.write(to: &$0) }
            xml.element("previousState") { change.previous.write(to: &$0) }
        }
    }
}

extension QueryReader {
    /// `InstanceId.N`, at least one.
    func instanceIDs() throws(RequestError) -> [String] {
        let ids: [String] = try self["InstanceId"]
        guard !ids.isEmpty else { throw .rejected(code: "InvalidParameterCombination", message: "No instances specified") }
        return ids
    }
}
