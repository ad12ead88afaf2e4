import Domain
import Metadata

/// The managed policies that the caller's account has, and those of AWS that every account can attach.
package struct ManagedPolicies: Sendable {
    let call: Call

    package init(_ call: Call) { self.call = call }

    /// - Throws: `Fault` `MalformedPolicyDocument`, `EntityAlreadyExists`, `LimitExceeded`.
    package func create(_ name: String, path: String, document: String, description: String, tags: [Tag]) async throws -> ManagedPolicy {
        try Self.check(document)
        let policy = ManagedPolicy(
            id: IAMID.random(prefix: "ANPA"),
            account: call.account,
            path: path,
            name: name,
            description: description,
            createdAt: call.now,
            updatedAt: call.now
        )
        try await call.changeIAM { transaction in
            let table = IAMPolicyTable(transaction)
            guard try table.policy(named: name, of: policy.account) == nil else {
                throw Fault(.entityAlreadyExists, "A policy called \(name) already exists. Duplicate names are not allowed.")
            }
            let max = try QuotaTable(transaction).value(of: .managedPolicies, for: policy.account)
            guard try table.count(of: policy.account) < max else { throw Fault.limitExceeded("PoliciesPerAccount", max) }
            try table.insert(policy)
            try table.insert(ManagedPolicyVersion(number: 1, document: document, createdAt: policy.createdAt), of: policy.id)
            try IAMTagTable(transaction).set(tags, on: policy.id)
        }
        return policy
    }

    package func describe(_ arn: String) async throws -> DescribedPolicy {
        let call = call
        return try await call.readIAM { transaction in
            switch try Self.find(arn, by: call, in: transaction) {
            case .aws(let policy):
                let usage = try IAMAttachmentTable(transaction).usage(of: [policy.managedARN], in: call.account)
                return DescribedPolicy(policy, usage: usage[policy.managedARN])
            case .customer(let policy):
                let usage = try IAMAttachmentTable(transaction).usage(of: [policy.arn], in: call.account)
                return DescribedPolicy(policy, usage: usage[policy.arn], tags: try IAMTagTable(transaction).tags(of: policy.id))
            }
        }
    }

    /// - Throws: `Fault` `DeleteConflict` while it is used, or has other versions than the one in force.
    package func delete(_ arn: String) async throws {
        try await change(arn) { policy, transaction in
            let usage = try IAMAttachmentTable(transaction).usage(of: [policy.arn], in: policy.account)
            guard usage[policy.arn] == nil else { throw Fault(.deleteConflict, "Cannot delete a policy attached to entities.") }
            let table = IAMPolicyTable(transaction)
            guard try table.versions(of: policy.id).count < 2 else {
                throw Fault(
                    .deleteConflict,
                    "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
                        + "The default version is deleted with the policy."
                )
            }
            try IAMTagTable(transaction).removeAll(from: policy.id)
            try table.delete(policy)
        }
    }

    package func tag(_ arn: String, with tags: [Tag]) async throws {
        try await change(arn) { try IAMTagTable($1).set(tags, on: $0.id) }
    }

    package func untag(_ arn: String, keys: [String]) async throws {
        try await change(arn) { try IAMTagTable($1).remove(keys: keys, from: $0.id) }
    }

    package func tags(of arn: String, _ page: IAMPageRequest) async throws -> Page<Tag> {
        let call = call
        let id = try await call.readIAM { transaction -> String? in
            guard case .customer(let policy) = try Self.find(arn, by: call, in: transaction) else { return nil }
            return policy.id
        }
        guard let id else { return Page(elements: [], nextToken: nil) }
        return try await page.page(of: "tags/\(id)", in: call, place: IAMTagTable.place) { after, limit in
            try await call.readIAM { try IAMTagTable($0).tags(of: id, after: after, limit: limit) }
        }
    }

    /// Changes a policy of the account.
    ///
    /// - Throws: `Fault` `AccessDenied` for one that AWS manages.
    func change<Value: Sendable>(_ arn: String, _ body: @escaping @Sendable (ManagedPolicy, Transaction) throws -> Value) async throws
        -> Value
    {
        let call = call
        return try await call.changeIAM { transaction in
            guard case .customer(let policy) = try Self.find(arn, by: call, in: transaction) else {
                throw Fault(.accessDenied, "Policy \(arn) is outside your own account.")
            }
            return try body(policy, transaction)
        }
    }

    static func check(_ document: String) throws {
        _ = try PolicyDocument.identity(parsing: document, limit: ManagedPolicy.sizeLimit, needsVariables: true)
    }
}

// Which policy an ARN leads to.
extension ManagedPolicies {
    enum Found {
        case aws(AWSManagedPolicy)
        case customer(ManagedPolicy)

        var arn: ManagedPolicyARN {
            switch self {
            case .aws(let policy): policy.managedARN
            case .customer(let policy): policy.arn
            }
        }
    }

    /// - Throws: `Fault` `InvalidInput` for what is no ARN of a policy.
    static func arn(_ text: String, by call: Call) throws -> ManagedPolicyARN {
        guard let arn = ManagedPolicyARN(text, in: call.region.partition) else { throw Fault(.invalidInput, "ARN \(text) is not valid.") }
        return arn
    }

    static func find(_ text: String, by call: Call, in transaction: Transaction) throws -> Found {
        let arn = try arn(text, by: call)
        switch arn.owner {
        case .aws:
            if let policy = AWSManagedPolicy.find(arn.rawValue) { return .aws(policy) }
        case .account(call.account):
            let policy = try IAMPolicyTable(transaction).policy(named: arn.name, of: call.account)
            // By the name that policies know it by: names are found whatever their capital letters are.
            if let policy, policy.arn == arn { return .customer(policy) }
        case .account: break
        }
        throw notFound(text)
    }

    /// The policy that an identity is to have.
    ///
    /// - Throws: `Fault` `NoSuchEntity`, in the words that attaching has for it.
    static func requireAttachable(_ text: String, by call: Call, in transaction: Transaction) throws -> ManagedPolicyARN {
        do {
            return try find(text, by: call, in: transaction).arn
        } catch let fault as Fault where fault.code == .noSuchEntity {
            throw Fault(.noSuchEntity, "Policy \(text) does not exist or is not attachable.")
        }
    }

    static func notFound(_ arn: String) -> Fault { Fault(.noSuchEntity, "Policy \(arn) was not found.") }
}
