import Domain
import Metadata

extension Call {
    /// The default network of the caller's account, in the call's Region.
    package var network: DefaultNetwork { DefaultNetwork(of: account, in: region) }
}

/// The names of what belongs to a network, for permissions.
extension Call {
    /// - Parameter name: of the key pair; `*` for one that is known by its id, and not there.
    package func keyPair(_ name: String) -> PolicyResource { task("key-pair", name) }

    /// A key pair that a request names, or gives the id of.
    package func keyPair(named name: String?, id: String?) async throws -> PolicyResource {
        if let name { return keyPair(name) }
        let (account, id) = (account, id.flatMap(KeyPairID.init(rawValue:)))
        let pair = try await store.database.read { transaction in try id.flatMap { try KeyPairTable(transaction).keyPair($0, of: account) }
        }
        return keyPair(pair?.name ?? "*")
    }

    /// - Parameter id: `*` for one that is yet to be made.
    package func securityGroup(_ id: String) -> PolicyResource { task("security-group", id) }

    /// A group that a request gives the id of, or names.
    package func securityGroup(_ group: SecurityGroupReference) async throws -> PolicyResource {
        switch group {
        case .id(let id): return securityGroup(id)
        case .name(SecurityGroup.defaultName): return securityGroup(network.securityGroup.rawValue)
        case .name(let name):
            let network = network
            let found = try await store.database.read { try SecurityGroupTable($0, of: network).groups(named: [name]).first }
            return securityGroup(found?.id.rawValue ?? "*")
        }
    }

    /// - Parameter id: `*` for one that is yet to be made.
    package func securityGroupRule(_ id: String) -> PolicyResource { task("security-group-rule", id) }

    package func networkPart(_ kind: NetworkPartID.Kind, _ id: String) -> PolicyResource { task(kind.rawValue, id) }
}

/// How a request names a security group.
package enum SecurityGroupReference: Hashable, Sendable {
    case id(String)
    case name(String)
}
