import Domain
import Services
import Wire

/// Asks for detailed monitoring. It is noted; Ferry keeps no metrics of guests.
struct MonitorInstances: EC2Action {
    static let permissions = [Permission<Self>("ec2:MonitorInstances") { action, call in action.ids.map(call.instance) }]

    private let ids: [String]

    init(from query: QueryReader) throws(RequestError) { ids = try query.instanceIDs() }

    func run(in call: Call) async throws -> MonitoringAnswer {
        MonitoringAnswer(ids: try await Instances(call).setMonitored(true, ids), state: "pending")
    }
}

struct UnmonitorInstances: EC2Action {
    static let permissions = [Permission<Self>("ec2:UnmonitorInstances") { action, call in action.ids.map(call.instance) }]

    private let ids: [String]

    init(from query: QueryReader) throws(RequestError) { ids = try query.instanceIDs() }

    func run(in call: Call) async throws -> MonitoringAnswer {
        MonitoringAnswer(ids: try await Instances(call).setMonitored(false, ids), state: "disabling")
    }
}

struct MonitoringAnswer: XMLEncodable {
    let ids: [InstanceID]
    /// On its way, as EC2 answers; what is described next has arrived.
    let state: String

    func write(to xml: inout XMLWriter) {
        xml.list("instancesSet", ids) { xml, id in
            xml.element("instanceId", id.rawValue)
            xml.element("monitoring") { $0.element("state", state) }
        }
    }
}
