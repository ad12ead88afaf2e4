import Domain
import Services
import Wire

/// Lists, service by service, the policies that let a user, a group or a role use it.
struct ListPoliciesGrantingServiceAccess: IAMAction {
    static let permissions = [Permission<Self>("iam:ListPoliciesGrantingServiceAccess") { [$1.policySource($0.arn)] }]

    private let arn: String
    private let services: [String]
    private let page: IAMPageRequest

    init(from query: QueryReader) throws(RequestError) {
        arn = try query.text("Arn", .arn)
        services = try query.texts("ServiceNamespaces", .serviceNamespace, count: 1...200)
        page = IAMPageRequest(marker: try query.optionalText("Marker", .marker))
    }

    func run(in call: Call) async throws -> Answer {
        Answer(page: try await ServiceAccess(call).grants(to: arn, of: services, page), partition: call.region.partition)
    }

    struct Answer: XMLEncodable {
        let page: Page<ServiceAccess.Grant>
        let partition: String

        func write(to xml: inout XMLWriter) {
            xml.members("PoliciesGrantingServiceAccess", page.elements) { xml, grant in
                xml.element("ServiceNamespace", grant.service)
                xml.members("Policies", grant.policies) { xml, policy in
                    switch policy {
                    case .managed(let arn):
                        xml.element("PolicyName", arn.name)
                        xml.element("PolicyType", "MANAGED")
                        xml.element("PolicyArn", arn.text(in: partition))
                    case .inline(let name, let kind, let holder):
                        xml.element("PolicyName", name)
                        xml.element("PolicyType", "INLINE")
                        xml.element("EntityType", kind.title.uppercased())
                        xml.element("EntityName", holder)
                    }
                }
            }
            xml.pageEnd(page)
        }
    }
}

extension TextConstraint {
    static let serviceNamespace = TextConstraint(1...64, "[\\w-]*", of: { IAMNaming.isOfWord($0) || $0 == "-" })
}
