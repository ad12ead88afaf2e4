import Domain
import Services
import Wire

/// Lists policies of the account and of AWS. Their descriptions and tags are GetPolicy's to tell, as in IAM.
struct ListPolicies: IAMAction {
    static let permissions = [Permission<Self>("iam:ListPolicies")]

    private let scope: ManagedPolicies.Scope
    private let pathPrefix: String
    private let isUsed: Bool
    private let usage: ManagedPolicies.Usage?
    private let page: IAMPageRequest

    init(from query: QueryReader) throws(RequestError) {
        scope = try query.optionalChoice("Scope") ?? .all
        pathPrefix = try query.optionalText("PathPrefix", .policyPath) ?? "/"
        isUsed = try query["OnlyAttached"] ?? false
        usage = try query.optionalChoice("PolicyUsageFilter")
        page = try query.page
    }

    func run(in call: Call) async throws -> Answer {
        let policies = try await ManagedPolicies(call).list(scope, pathPrefix: pathPrefix, isUsed: isUsed, usage: usage, page)
        return Answer(page: policies, partition: call.region.partition)
    }

    struct Answer: XMLEncodable {
        let page: Page<DescribedPolicy>
        let partition: String

        func write(to xml: inout XMLWriter) {
            xml.members("Policies", page.elements) { $0.listed($1, in: partition) }
            xml.pageEnd(page)
        }
    }
}
