import Domain
import Services
import Wire

struct AttachPolicy: OrganizationsAction {
    static let permissions = [
        Permission<Self>("organizations:AttachPolicy") { try await $0.attachment.resources(in: $1) }
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
        Permission<Self>("organizations:DetachPolicy") { try await $0.attachment.resources(in: $1) }
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

    func resources(in call: Call) async throws -> [PolicyResource] {
        [try await call.organizationPolicy(policy), try await call.organizationTarget(target)]
    }
}
