import Domain
import Metadata

/// Lists of managed policies, and of who uses one.
extension ManagedPolicies {
    package enum Scope: String, CaseIterable, Sendable {
        case all = "All"
        case aws = "AWS"
        case local = "Local"
    }

    /// How an identity uses a policy.
    package enum Usage: String, CaseIterable, Sendable {
        case attachment = "PermissionsPolicy"
        case boundary = "PermissionsBoundary"
    }

    /// Those of the account first, then those of AWS, each by name.
    ///
    /// - Parameters:
    ///   - isUsed: only what some identity has.
    ///   - usage: only what some identity has so.
    package func list(
        _ scope: Scope,
        pathPrefix: String = "/",
        isUsed: Bool = false,
        usage: Usage? = nil,
        _ page: IAMPageRequest
    ) async throws -> Page<DescribedPolicy> {
        let account = call.account
        let selection = IAMPolicySelection(
            pathPrefix: pathPrefix,
            isAttached: usage == .attachment || isUsed && usage == nil,
            isBoundary: usage == .boundary
        )
        let listing = "policies/\(scope.rawValue)/\(selection.isAttached)/\(selection.isBoundary)\(pathPrefix)"
        return try await page.page(of: listing, in: call, place: Self.place) { after, limit in
            try await call.readIAM { transaction in
                var found: [DescribedPolicy] = []
                if scope != .aws, after?.hasPrefix(Self.awsPlace) != true {
                    found += try Self.local(of: account, selection, after: after, limit: limit, in: transaction)
                }
                if scope != .local, found.count < limit {
                    found += try Self.aws(for: account, selection, after: after, limit: limit - found.count, in: transaction)
                }
                return found
            }
        }
    }

    private static let awsPlace = "aws/"

    private static func place(of policy: DescribedPolicy) -> String {
        let name = IAMNaming.folded(policy.arn.name)
        return policy.arn.owner == .aws ? awsPlace + name : name
    }

    private static func local(
        of account: AccountID,
        _ selection: IAMPolicySelection,
        after: String?,
        limit: Int,
        in transaction: Transaction
    ) throws -> [DescribedPolicy] {
        let policies = try IAMPolicyTable(transaction).policies(of: account, selection, after: after ?? "", limit: limit)
        let usage = try IAMAttachmentTable(transaction).usage(of: policies.map(\.arn), in: account)
        return policies.map { DescribedPolicy($0, usage: usage[$0.arn]) }
    }

    private static func aws(
        for account: AccountID,
        _ selection: IAMPolicySelection,
        after: String?,
        limit: Int,
        in transaction: Transaction
    ) throws -> [DescribedPolicy] {
        let behind = after.flatMap { $0.hasPrefix(awsPlace) ? $0 : nil } ?? ""
        let policies = AWSManagedPolicy.all.filter { $0.path.hasPrefix(selection.pathPrefix) }
        let usage = try IAMAttachmentTable(transaction).usage(of: policies.map(\.managedARN), in: account)
        let found = policies.map { DescribedPolicy($0, usage: usage[$0.managedARN]) }.filter { policy in
            place(of: policy) > behind && (!selection.isAttached || policy.attachments > 0)
                && (!selection.isBoundary || policy.boundaries > 0)
        }
        return Array(found.sorted { place(of: $0) < place(of: $1) }.prefix(limit))
    }

    /// The identities that use a policy, by their ids: those that have it attached, then those that have it as their boundary alone.
    package func entities(
        of arn: String,
        kinds: [IAMIdentity.Kind],
        usage: Usage?,
        pathPrefix: String,
        _ page: IAMPageRequest
    ) async throws -> Page<IAMIdentity> {
        let call = call
        let policy = try await call.readIAM { try Self.find(arn, by: call, in: $0).arn }
        let users = IAMPolicyUsers(policy: policy, account: call.account, kinds: kinds, pathPrefix: pathPrefix)
        let listing = "entities/\(policy.rawValue)/\(kinds.map(\.rawValue).joined())/\(usage?.rawValue ?? "")\(pathPrefix)"
        let entities = try await page.page(of: listing, in: call, place: \.place) { after, limit in
            try await call.readIAM { transaction in
                let table = IAMAttachmentTable(transaction)
                let (phase, id) = Entity.read(after)
                var found: [Entity] = []
                if usage != .boundary, phase == .attachment {
                    found += try table.identities(attached: users, after: id, limit: limit).map { Entity(identity: $0, usage: .attachment) }
                }
                if usage != .attachment, found.count < limit {
                    let id = phase == .boundary ? id : ""
                    let bounded = try table.identities(
                        bounded: users,
                        besidesAttached: usage == nil,
                        after: id,
                        limit: limit - found.count
                    )
                    found += bounded.map { Entity(identity: $0, usage: .boundary) }
                }
                return found
            }
        }
        return Page(elements: entities.elements.map(\.identity), nextToken: entities.nextToken)
    }

    private struct Entity: Sendable {
        let identity: IAMIdentity
        let usage: Usage

        var place: String { "\(usage.rawValue)/\(identity.id)" }

        static func read(_ place: String?) -> (Usage, id: String) {
            let parts = (place ?? "").split(separator: "/").map(String.init)
            guard parts.count == 2, let usage = Usage(rawValue: parts[0]) else { return (.attachment, "") }
            return (usage, parts[1])
        }
    }
}
