import Domain
import Services
import Wire

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
