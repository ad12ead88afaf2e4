import Crypto
import Domain
import Foundation
import Hexadecimal
import Metadata

/// Which policies of users, groups and roles let them use a service.
package struct ServiceAccess: Sendable {
    /// A policy that allows an action of a service.
    package enum GrantingPolicy: Hashable, Sendable {
        case managed(ManagedPolicyARN)
        /// By its name, and whose it is.
        case inline(String, of: IAMIdentity.Kind, String)
    }

    package struct Grant: Sendable {
        package let service: String
        package let policies: [GrantingPolicy]
    }

    private let call: Call

    package init(_ call: Call) { self.call = call }

    /// The policies that let an identity use each of some services, a user's groups included. What denies, limits or belongs to a resource is not
    /// asked.
    ///
    /// - Throws: `Fault` `InvalidInput`, `NoSuchEntity`.
    package func grants(to arn: String, of services: [String], _ page: IAMPageRequest) async throws -> Page<Grant> {
        let call = call
        let policies = try await call.readIAM { transaction in
            try Self.policies(of: PolicySources.find(arn, by: call, in: transaction).identity, in: transaction)
        }
        let known = try policies.map { ($0.policy, try Policy(parsing: Array($0.text.utf8), of: .identity, isKept: true)) }
        // A marker holds the name of its listing, and this one's would be long.
        let asked = SHA256.hash(data: Data(([arn] + services).joined(separator: " ").utf8))
        let listing = "service-access/\(Hex.encode(Array(asked)))"
        let numbers = try await page.page(of: listing, in: call, place: Self.place) { after, limit in
            let start = after.flatMap(Int.init).map { $0 + 1 } ?? 0
            return Array(services.indices.dropFirst(start).prefix(limit))
        }
        let grants = numbers.elements.map { number in
            let service = services[number]
            return Grant(service: service, policies: known.filter { $0.1.allowsAny(ofService: service) }.map(\.0))
        }
        return Page(elements: grants, nextToken: numbers.nextToken)
    }

    private static func place(_ number: Int) -> String { String(number) }

    /// Inline and attached ones, of the identity and then of its groups; each managed policy once.
    private static func policies(
        of identity: IAMIdentity,
        in transaction: Transaction
    ) throws -> [(policy: GrantingPolicy, text: String)] {
        let groups = identity.kind == .user ? try IAMMemberTable(transaction).groups(of: identity.id, limit: Users.groupsMax) : []
        let holders = [identity] + groups
        let inline = try IAMInlinePolicyTable(transaction).policies(of: holders.map(\.id))
        let attached = try IAMAttachmentTable(transaction).policies(ofAll: holders.map(\.id))
        let texts = try IdentityDocuments.texts(of: attached.values.flatMap(\.self), in: transaction)
        var (found, seen): ([(GrantingPolicy, String)], Set<ManagedPolicyARN>) = ([], [])
        for holder in holders {
            found += (inline[holder.id] ?? []).map { (.inline($0.name, of: holder.kind, holder.name), $0.document) }
            for arn in attached[holder.id] ?? [] where seen.insert(arn).inserted {
                guard let text = texts[arn] else { throw PolicyLost(policy: arn.rawValue, identity: holder.id) }
                found.append((.managed(arn), text))
            }
        }
        return found
    }
}
