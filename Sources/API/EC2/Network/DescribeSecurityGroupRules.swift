import Domain
import Services
import Wire

/// Lists the rules of the caller's security groups, one by one.
struct DescribeSecurityGroupRules: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeSecurityGroupRules")]

    private let ids: [String]
    private let filters: [Filter]
    private let page: PageRequest

    init(from query: QueryReader) throws(RequestError) {
        ids = try query["SecurityGroupRuleId"]
        filters = try query.filters()
        page = try query.page()
    }

    func run(in call: Call) async throws -> Answer {
        Answer(page: try await SecurityGroups(call).describeRules(ids, filters: filters, page: page), network: call.network)
    }

    struct Answer: XMLEncodable {
        let page: Page<SecurityGroupRule>
        let network: DefaultNetwork

        func write(to xml: inout XMLWriter) {
            xml.list("securityGroupRuleSet", page.elements.map { RuleItem(rule: $0, network: network) })
            xml.element("nextToken", page.nextToken)
        }
    }
}
