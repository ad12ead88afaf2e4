import Domain
import Services
import Wire

/// AttachUserPolicy, AttachGroupPolicy, AttachRolePolicy.
struct AttachHolderPolicy<Holder: PolicyHolder>: IAMAction {
    static var name: String { "Attach\(Holder.title)Policy" }
    static var permissions: [Permission<Self>] { [Permission("iam:\(name)") { [try await $1.iam(Holder.kind, $0.holder)] }] }

    private let holder: String
    private let policy: String

    init(from query: QueryReader) throws(RequestError) {
        holder = try Holder.name(in: query)
        policy = try query.text("PolicyArn", .arn)
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await PolicyAttachments(call).attach(policy, to: Holder.kind, holder)
        return XMLEmpty()
    }
}

/// DetachUserPolicy, DetachGroupPolicy, DetachRolePolicy.
struct DetachHolderPolicy<Holder: PolicyHolder>: IAMAction {
    static var name: String { "Detach\(Holder.title)Policy" }
    static var permissions: [Permission<Self>] { [Permission("iam:\(name)") { [try await $1.iam(Holder.kind, $0.holder)] }] }

    private let holder: String
    private let policy: String

    init(from query: QueryReader) throws(RequestError) {
        holder = try Holder.name(in: query)
        policy = try query.text("PolicyArn", .arn)
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await PolicyAttachments(call).detach(policy, from: Holder.kind, holder)
        return XMLEmpty()
    }
}

/// ListAttachedUserPolicies, ListAttachedGroupPolicies, ListAttachedRolePolicies.
struct ListAttachedPolicies<Holder: PolicyHolder>: IAMAction {
    static var name: String { "ListAttached\(Holder.title)Policies" }
    static var permissions: [Permission<Self>] { [Permission("iam:\(name)") { [try await $1.iam(Holder.kind, $0.holder)] }] }

    private let holder: String
    private let pathPrefix: String?
    private let page: IAMPageRequest

    init(from query: QueryReader) throws(RequestError) {
        holder = try Holder.name(in: query)
        pathPrefix = try query.optionalText("PathPrefix", .policyPath)
        page = try query.page
    }

    func run(in call: Call) async throws -> AttachedPolicyPage {
        let policies = try await PolicyAttachments(call).list(of: Holder.kind, holder, pathPrefix: pathPrefix, page)
        return AttachedPolicyPage(page: policies, partition: call.region.partition)
    }
}

/// The managed policies that an identity has.
struct AttachedPolicyPage: XMLEncodable {
    let page: Page<ManagedPolicyARN>
    let partition: String

    func write(to xml: inout XMLWriter) {
        xml.attached("AttachedPolicies", page.elements, in: partition)
        xml.pageEnd(page)
    }
}

extension XMLWriter {
    /// A list of IAM's type `AttachedPolicy`.
    mutating func attached(_ name: String, _ policies: [ManagedPolicyARN], in partition: String) {
        members(name, policies) { xml, policy in
            xml.element("PolicyName", policy.name)
            xml.element("PolicyArn", policy.text(in: partition))
        }
    }
}
