import Domain
import Services
import Wire

/// Lists where each type of machine is offered (docs/behaviour/instance-types.md).
struct DescribeInstanceTypeOfferings: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeInstanceTypeOfferings")]

    private let location: String?
    private let filters: [Filter]
    private let page: PageRequest

    init(from query: QueryReader) throws(RequestError) {
        location = try query["LocationType"]
        filters = try query.filters()
        page = try query.page()
    }

    func run(in call: Call) async throws -> Answer {
        let kind = try location.map(Self.kind) ?? .region
        return Answer(page: try await InstanceTypes(call).offerings(by: kind, filters, page: page))
    }

    private static func kind(_ text: String) throws -> InstanceTypeOffering.LocationKind {
        guard let kind = InstanceTypeOffering.LocationKind(rawValue: text) else {
            let known = InstanceTypeOffering.LocationKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw Fault(.invalidParameterValue, "Invalid value '\(text)' for LocationType. Expecting one of: \(known)")
        }
        return kind
    }

    struct Answer: XMLEncodable {
        let page: Page<InstanceTypeOffering>

        func write(to xml: inout XMLWriter) {
            xml.list("instanceTypeOfferingSet", page.elements) { xml, offering in
                xml.element("instanceType", offering.type)
                xml.element("locationType", offering.kind.rawValue)
                xml.element("location", offering.location)
            }
            xml.element("nextToken", page.nextToken)
        }
    }
}
