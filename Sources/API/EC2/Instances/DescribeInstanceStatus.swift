import Domain
import Services
import Wire

/// Tells how instances are: of those that run, unless all are asked for.
struct DescribeInstanceStatus: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeInstanceStatus")]

    private let query: InstanceQuery
    private let includesAll: Bool

    init(from reader: QueryReader) throws(RequestError) {
        query = try reader.instances()
        includesAll = try reader["IncludeAllInstances"] ?? false
        // No service manages instances here.
        let _: Bool? = try reader["IncludeManagedResources"]
    }

    func run(in call: Call) async throws -> Answer { Answer(page: try await Instances(call).statuses(query, includesAll: includesAll)) }

    struct Answer: XMLEncodable {
        let page: Page<InstanceStatus>

        func write(to xml: inout XMLWriter) {
            xml.list("instanceStatusSet", page.elements) { xml, status in
                xml.element("availabilityZone", status.instance.place.zone.name)
                xml.element("availabilityZoneId", status.instance.place.zone.id)
                xml.list("eventsSet", [String]())
                xml.element("instanceId", status.id.rawValue)
                xml.element("instanceState") { status.instance.state.write(to: &$0) }
                for name in ["instanceStatus", "systemStatus", "attachedEbsStatus"] {
                    xml.element(name) { xml in
                        xml.list("details", [status.reachability].compactMap(\.self)) { xml, text in
                            xml.element("name", "reachability")
                            xml.element("status", text)
                        }
                        xml.element("status", status.summary)
                    }
                }
            }
            xml.element("nextToken", page.nextToken)
        }
    }
}
