import Domain
import Services
import Wire

/// Tells what the checks of the caller's volumes say (docs/behaviour/volumes.md, "Status").
struct DescribeVolumeStatus: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeVolumeStatus")]

    private let query: VolumeQuery

    init(from reader: QueryReader) throws(RequestError) {
        query = try reader.volumes()
        // None are managed by a service.
        let _: Bool? = try reader["IncludeManagedResources"]
    }

    func run(in call: Call) async throws -> Answer { Answer(page: try await Volumes(call).statuses(query)) }

    struct Answer: XMLEncodable {
        let page: Page<VolumeStatus>

        func write(to xml: inout XMLWriter) {
            xml.list("volumeStatusSet", page.elements) { $1.write(to: &$0) }
            xml.element("nextToken", page.nextToken)
        }
    }
}

extension VolumeStatus {
    fileprivate func write(to xml: inout XMLWriter) {
        xml.list("actionsSet", [String]())
        xml.element("availabilityZone", zone.name)
        xml.list("eventsSet", [String]())
        xml.element("volumeId", volume.rawValue)
        xml.element("volumeStatus") { xml in
            xml.list("details", details) { xml, detail in
                xml.element("name", detail.name)
                xml.element("status", detail.status)
            }
            xml.element("status", status)
        }
        xml.list("attachmentStatuses", instances) { xml, instance in
            xml.element("ioPerformance", performance)
            xml.element("instanceId", instance.rawValue)
        }
        xml.element("availabilityZoneId", zone.id)
    }
}
