import Domain
import Services
import Wire

/// Tells how burstable instances use their processors.
struct DescribeInstanceCreditSpecifications: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeInstanceCreditSpecifications")]

    private let query: InstanceQuery

    init(from reader: QueryReader) throws(RequestError) { query = try reader.instances() }

    func run(in call: Call) async throws -> Answer { Answer(page: try await Instances(call).credits(query)) }

    struct Answer: XMLEncodable {
        let page: Page<InstanceDetail>

        func write(to xml: inout XMLWriter) {
            xml.list("instanceCreditSpecificationSet", page.elements) { xml, detail in
                xml.element("instanceId", detail.id.rawValue)
                xml.element("cpuCredits", detail.instance.credits?.rawValue)
            }
            xml.element("nextToken", page.nextToken)
        }
    }
}
