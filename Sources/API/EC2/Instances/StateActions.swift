import Domain
import Services
import Wire

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

extension QueryReader {
    /// `InstanceId.N`, at least one.
    func instanceIDs() throws(RequestError) -> [String] {
        let ids: [String] = try self["InstanceId"]
        guard !ids.isEmpty else { throw .missing("InstanceId") }
        return ids
    }
}
