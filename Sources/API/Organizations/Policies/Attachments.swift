import Domain
import Services
import Wire

struct AttachPolicy: OrganizationsAction {
    static let permissions = [
        Permission<Self>("organizations:AttachPolicy") {
            [try await $1.organizationPolicy($0.attachment.policy), try await $1.organizationTarget($0.attachment.target)]
        }
    ]
    static let members = PolicyAttachment.members

    private let attachment: PolicyAttachment

    init(from json: JSONReader) throws { attachment = try PolicyAttachment(from: json) }

    func run(in call: Call) async throws -> EmptyAnswer {
        try await Organizations(call).attach(attachment.policy, to: attachment.target)
        return EmptyAnswer()
    }
}

struct DetachPolicy: OrganizationsAction {
    static let permissions = [
        Permission<Self>("organizations:DetachPolicy") {
            [try await $1.organizationPolicy($0.attachment.policy), try await $1.organizationTarget($0.attachment.target)]
        }
    ]
    static let members = PolicyAttachment.members

    private let attachment: PolicyAttachment

    init(from json: JSONReader) throws { attachment = try PolicyAttachment(from: json) }

    func run(in call: Call) async throws -> EmptyAnswer {
        try await Organizations(call).detach(attachment.policy, from: attachment.target)
        return EmptyAnswer()
    }
}

private struct PolicyAttachment {
    static let members: [JSONMember] = [.required("PolicyId", .organizationPolicyID), .required("TargetId", .targetID)]

    let policy: String
    let target: String

    init(from json: JSONReader) throws {
        policy = try json["PolicyId"]
        target = try json["TargetId"]
    }
}

struct ListPoliciesForTarget: OrganizationsAction {
    static let permissions = [Permission<Self>("organizations:ListPoliciesForTarget") { [try await $1.organizationTarget($0.target)] }]
    static let members: [JSONMember] =
        [.required("TargetId", .targetID), .required("Filter", .policyType)] + JSONMember.organizationPage

    private let target: String
    private let isServiceControl: Bool
    private let page: OnlyPage

    init(from json: JSONReader) throws {
        target = try json["TargetId"]
        isServiceControl = try json.isServiceControlPolicy("Filter")
        // As many as a target can have are fewer than a page, and a smaller one is filled with them all the same.
        page = try OnlyPage(from: json)
    }

    func run(in call: Call) async throws -> OrganizationPage<OrganizationPolicySummary> {
        let organizations = Organizations(call)
        let organization = try await organizations.describe().organization
        let policies = try await organizations.policies(attachedTo: target)
        let summaries = (isServiceControl ? policies : []).map {
            OrganizationPolicySummary(policy: $0, organization: organization, partition: call.region.partition)
        }
        return try page.answer("Policies", summaries)
    }
}

struct ListTargetsForPolicy: OrganizationsAction {
    static let permissions = [Permission<Self>("organizations:ListTargetsForPolicy") { [try await $1.organizationPolicy($0.policy)] }]
    static let members: [JSONMember] = [.required("PolicyId", .organizationPolicyID)] + JSONMember.organizationPage

    private let policy: String
    private let page: PageRequest

    init(from json: JSONReader) throws {
        policy = try json["PolicyId"]
        page = try json.organizationPage()
    }

    func run(in call: Call) async throws -> OrganizationPage<Entry> {
        let organizations = Organizations(call)
        let organization = try await organizations.describe().organization
        let targets = try await organizations.targets(of: policy, page).map {
            Entry(target: $0, organization: organization, partition: call.region.partition)
        }
        return OrganizationPage(name: "Targets", page: targets)
    }

    struct Entry: JSONEncodable {
        let target: PolicyTarget
        let organization: Organization
        let partition: String

        func write(to json: inout JSONWriter) {
            json.member("TargetId", target.id)
            json.member("Arn", organization.arn(ofTarget: target.id, in: partition).description)
            json.member("Name", target.name)
            json.member("Type", target.id == organization.root ? "ROOT" : target.id.hasPrefix("ou-") ? "ORGANIZATIONAL_UNIT" : "ACCOUNT")
        }
    }
}

struct EnablePolicyType: OrganizationsAction {
    static let permissions = [Permission<Self>("organizations:EnablePolicyType") { [try await $1.organizationTarget($0.root)] }]
    static let members: [JSONMember] = [.required("RootId", .rootID), .required("PolicyType", .policyType)]

    private let root: String

    init(from json: JSONReader) throws {
        root = try json["RootId"]
        try json.requireServiceControlPolicy("PolicyType")
    }

    func run(in call: Call) async throws -> Named<RootEntry> {
        let root = try await Organizations(call).enablePolicies(under: root)
        return Named(name: "Root", content: RootEntry(organization: root.organization, partition: call.region.partition))
    }
}

struct DisablePolicyType: OrganizationsAction {
    static let permissions = [Permission<Self>("organizations:DisablePolicyType") { [try await $1.organizationTarget($0.root)] }]
    static let members: [JSONMember] = [.required("RootId", .rootID), .required("PolicyType", .policyType)]

    private let root: String

    init(from json: JSONReader) throws {
        root = try json["RootId"]
        guard try json.isServiceControlPolicy("PolicyType") else {
            throw Fault(.policyTypeNotEnabled, "This operation can be performed only for enabled policy types.")
        }
    }

    func run(in call: Call) async throws -> Named<RootEntry> {
        let root = try await Organizations(call).disablePolicies(under: root)
        return Named(name: "Root", content: RootEntry(organization: root.organization, partition: call.region.partition))
    }
}
