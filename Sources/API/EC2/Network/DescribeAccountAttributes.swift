import Domain
import Services
import Wire

/// Tells what an account is like: that it has a default VPC, and which.
struct DescribeAccountAttributes: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeAccountAttributes")]

    private let names: [String]

    init(from query: QueryReader) throws(RequestError) { names = try query["AttributeName"] }

    func run(in call: Call) async throws -> Answer {
        let all = try await DefaultNetworks(call).accountAttributes()
        for name in names where !all.contains(where: { $0.name == name }) {
            let known = all.map(\.name).joined(separator: ", ")
            throw Fault(.invalidParameterValue, "The attribute '\(name.prefix(64))' is not known. Expecting one of: \(known)")
        }
        return Answer(attributes: all.filter { names.isEmpty || names.contains($0.name) })
    }

    struct Answer: XMLEncodable {
        let attributes: [(name: String, value: String)]

        func write(to xml: inout XMLWriter) {
            xml.list("accountAttributeSet", attributes) { xml, attribute in
                xml.element("attributeName", attribute.name)
                xml.list("attributeValueSet", [attribute.value]) { $0.element("attributeValue", $1) }
            }
        }
    }
}
