import Domain
import Metadata

/// Something that a policy is attached to.
package struct PolicyTarget: Sendable {
    package let id: String
    package let name: String
}

extension Organizations {
    package func create(_ policy: OrganizationPolicy, tags: [Tag]) async throws -> OrganizationPolicy {
        try OrganizationTags.check(tags)
        try policy.checkContent()
        let now = call.now
        return try await write { rows in
            try Self.requireFree(policy.name, rows)
            guard try rows.policies.count() < OrganizationLimits.policies else {
                throw Fault.constraint(
                    "POLICY_NUMBER_LIMIT_EXCEEDED",
                    "You have exceeded the number of policies that you can have: \(OrganizationLimits.policies)."
                )
            }
            try rows.policies.insert(policy, at: now)
            try rows.tags.set(tags, of: policy.id)
            return policy
        }
    }

    package func policy(_ id: String) async throws -> OrganizationPolicy { try await read { try $0.requirePolicy(id) } }

    package func policies(_ page: PageRequest) async throws -> Page<OrganizationPolicy> {
        try await self.page(of: "policies", page, place: \.id) { try $0.policies.policies(after: $1, limit: $2) }
    }

    /// What is nil stays as it is.
    package func update(policy id: String, name: String?, description: String?, content: String?) async throws -> OrganizationPolicy {
        try await write { rows in
            var policy = try rows.requirePolicy(id)
            try Self.requireOwn(policy)
            if let name, name != policy.name {
                try Self.requireFree(name, rows)
                policy.name = name
            }
            if let description { policy.description = description }
            if let content { policy.content = content }
            try policy.checkContent()
            try rows.policies.update(policy)
            return policy
        }
    }

    package func delete(policy id: String) async throws {
        try await write { rows in
            try Self.requireOwn(rows.requirePolicy(id))
            guard try rows.policies.targets(of: id, after: nil, limit: 1).isEmpty else {
                throw Fault(.policyInUse, "The policy is attached to one or more entities. Detach it from all of them first.")
            }
            try rows.tags.removeAll(of: id)
            try rows.policies.delete(id)
        }
    }

    package func attach(_ policy: String, to target: String) async throws {
        try await write { rows in
            _ = try rows.requirePolicy(policy)
            guard try rows.name(ofTarget: target) != nil else { throw Fault.noSuchTarget }
            try Self.requirePolicies(rows)
            let attached = try rows.policies.attached(to: target)
            guard !attached.contains(where: { $0.id == policy }) else {
                throw Fault(.duplicatePolicyAttachment, "The policy is already attached to the specified target.")
            }
            guard attached.count < OrganizationLimits.policiesOfTarget else {
                throw Fault.constraint(
                    "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
                    "You have attached the maximum number of policies to the specified target: \(OrganizationLimits.policiesOfTarget)."
                )
            }
            try rows.policies.attach(policy, to: target)
        }
    }

    package func detach(_ policy: String, from target: String) async throws {
        try await write { rows in
            _ = try rows.requirePolicy(policy)
            guard try rows.name(ofTarget: target) != nil else { throw Fault.noSuchTarget }
            let attached = try rows.policies.attached(to: target)
            guard attached.contains(where: { $0.id == policy }) else {
                throw Fault(.policyNotAttached, "The policy isn't attached to the specified target.")
            }
            guard attached.count > 1 else {
                throw Fault.constraint(
                    "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
                    "You cannot remove the last policy attached to the specified target. You must have at least one attached at all times."
                )
            }
            try rows.policies.detach(policy, from: target)
        }
    }

    /// All of them: there are never more than a few.
    package func policies(attachedTo target: String) async throws -> [OrganizationPolicy] {
        try await read { rows in
            guard try rows.name(ofTarget: target) != nil else { throw Fault.noSuchTarget }
            return try rows.policies.attached(to: target)
        }
    }

    package func targets(of policy: String, _ page: PageRequest) async throws -> Page<PolicyTarget> {
        try await self.page(of: "targets:\(policy)", page, place: \.id) { rows, after, limit in
            _ = try rows.requirePolicy(policy)
            return try rows.policies.targets(of: policy, after: after, limit: limit).map {
                PolicyTarget(id: $0, name: try rows.name(ofTarget: $0) ?? "")
            }
        }
    }

    /// Service control policies have a say from now on: every place of the tree begins with the one that forbids nothing.
    package func enablePolicies(under root: String) async throws -> OrganizationRoot {
        try await write { rows in
            try Self.requireRoot(root, rows)
            guard !rows.organization.hasPolicies else {
                throw Fault(.policyTypeAlreadyEnabled, "The specified policy type is already enabled.")
            }
            try rows.tree.setPolicies(enabled: true)
            try rows.policies.attachFullAccess(root: root)
            return try Self.root(rows)
        }
    }

    /// Service control policies have no say from now on, and are attached to nothing any more.
    package func disablePolicies(under root: String) async throws -> OrganizationRoot {
        try await write { rows in
            try Self.requireRoot(root, rows)
            try Self.requirePolicies(rows)
            try rows.policies.detachAll()
            try rows.tree.setPolicies(enabled: false)
            return try Self.root(rows)
        }
    }

    package func root() async throws -> OrganizationRoot { try await read(Self.root) }

    private static func root(_ rows: OrganizationRows) throws -> OrganizationRoot {
        OrganizationRoot(organization: try rows.tree.organization() ?? rows.organization)
    }

    private static func requireRoot(_ root: String, _ rows: OrganizationRows) throws {
        guard root == rows.organization.root else { throw Fault(.rootNotFound, "You specified a root that doesn't exist.") }
    }

    private static func requirePolicies(_ rows: OrganizationRows) throws {
        guard rows.organization.hasPolicies else {
            throw Fault(.policyTypeNotEnabled, "This operation can be performed only for enabled policy types.")
        }
    }

    /// What AWS manages nobody else changes.
    private static func requireOwn(_ policy: OrganizationPolicy) throws {
        guard !policy.isManagedByAWS else {
            throw Fault(.invalidOrganizationInput, "You can't change a policy that AWS manages.", reason: "IMMUTABLE_POLICY")
        }
    }

    private static func requireFree(_ name: String, _ rows: OrganizationRows) throws {
        guard try rows.policies.id(ofPolicyNamed: name) == nil else {
            throw Fault(.duplicatePolicy, "A policy with the same name and type already exists.")
        }
    }
}
