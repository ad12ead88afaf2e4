import Domain
import Services
import Wire

/// PutUserPolicy, PutGroupPolicy, PutRolePolicy.
struct PutInlinePolicy<Holder: PolicyHolder>: IAMAction {
    static var name: String { "Put\(Holder.title)Policy" }
    static var permissions: [Permission<Self>] { [Permission("iam:\(name)") { [try await $1.iam(Holder.kind, $0.holder)] }] }

    private let holder: String
    private let policy: InlinePolicy

    init(from query: QueryReader) throws(RequestError) {
        holder = try Holder.name(in: query)
        policy = InlinePolicy(
            name: try query.text("PolicyName", .policyName),
            document: try query.text("PolicyDocument", .policyDocument)
        )
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await InlinePolicies(call).put(policy, into: Holder.kind, holder)
        return XMLEmpty()
    }
}

/// GetUserPolicy, GetGroupPolicy, GetRolePolicy.
struct GetInlinePolicy<Holder: PolicyHolder>: IAMAction {
    static var name: String { "Get\(Holder.title)Policy" }
    static var permissions: [Permission<Self>] { [Permission("iam:\(name)") { [try await $1.iam(Holder.kind, $0.holder)] }] }

    private let holder: String
    private let policy: String

    init(from query: QueryReader) throws(RequestError) {
        holder = try Holder.name(in: query)
        policy = try query.text("PolicyName", .policyName)
    }

    func run(in call: Call) async throws -> Answer {
        let (identity, policy) = try await InlinePolicies(call).get(policy, of: Holder.kind, holder)
        return Answer(holder: identity.name, policy: policy)
    }

    struct Answer: XMLEncodable {
        let holder: String
        let policy: InlinePolicy

        func write(to xml: inout XMLWriter) {
            xml.element("\(Holder.title)Name", holder)
            xml.element("PolicyName", policy.name)
            xml.document("PolicyDocument", policy.document)
        }
    }
}

/// DeleteUserPolicy, DeleteGroupPolicy, DeleteRolePolicy.
struct DeleteInlinePolicy<Holder: PolicyHolder>: IAMAction {
    static var name: String { "Delete\(Holder.title)Policy" }
    static var permissions: [Permission<Self>] { [Permission("iam:\(name)") { [try await $1.iam(Holder.kind, $0.holder)] }] }

    private let holder: String
    private let policy: String

    init(from query: QueryReader) throws(RequestError) {
        holder = try Holder.name(in: query)
        policy = try query.text("PolicyName", .policyName)
    }

    func run(in call: Call) async throws -> XMLEmpty {
        try await InlinePolicies(call).delete(policy, of: Holder.kind, holder)
        return XMLEmpty()
    }
}

/// ListUserPolicies, ListGroupPolicies, ListRolePolicies.
struct ListInlinePolicies<Holder: PolicyHolder>: IAMAction {
    static var name: String { "List\(Holder.title)Policies" }
    static var permissions: [Permission<Self>] { [Permission("iam:\(name)") { [try await $1.iam(Holder.kind, $0.holder)] }] }

    private let holder: String
    private let page: IAMPageRequest

    init(from query: QueryReader) throws(RequestError) {
        holder = try Holder.name(in: query)
        page = try query.page
    }

    func run(in call: Call) async throws -> Answer { Answer(page: try await InlinePolicies(call).list(of: Holder.kind, holder, page)) }

    struct Answer: XMLEncodable {
        let page: Page<String>

        func write(to xml: inout XMLWriter) {
            xml.list("PolicyNames", page.elements, item: "member")
            xml.pageEnd(page)
        }
    }
}
