import Domain
import Metadata

/// Security groups, on behalf of one caller in one Region (docs/behaviour/network.md, "Security groups"). The use cases about rules are
/// in files of their own.
package struct SecurityGroups: Sendable {
    let call: Call

    package init(_ call: Call) { self.call = call }

    package func create(_ name: String, description: String, vpc: String?, tags: [Tag]) async throws -> SecurityGroup {
        let name = try SecurityGroupText.name(name)
        try SecurityGroupText.checkDescription(description)
        try TagRules.check(tags)
        if let vpc { try call.network.requireVPC(vpc) }
        let max = try await call.quota(.securityGroups)
        let group = SecurityGroup.made(of: call.network, name: name, description: description, tags: tags)
        try await change { table in
            guard try table.groups(named: [name]).isEmpty else {
                throw Fault(.invalidGroupDuplicate, "The security group '\(name)' already exists for VPC '\(group.network.vpc)'")
            }
            guard try table.count() < max else {
                throw Fault(.securityGroupLimitExceeded, "You have reached your quota of \(max) security groups in this Region")
            }
            try table.insert(group)
        }
        return group
    }

    /// Deletes a group that no other refers to, and no interface is in.
    package func delete(_ reference: SecurityGroupReference) async throws -> SecurityGroupID {
        let account = call.account
        return try await change { table in
            let group = try Self.own(reference, in: table)
            guard !group.isDefault else {
                throw Fault(
                    .cannotDelete,
                    "the specified group: \"\(group.id)\" name: \"\(group.name)\" cannot be deleted by a user"
                )
            }
            guard try SecurityGroupRuleTable(table.transaction).groups(referringTo: group.id, of: account).isEmpty,
                try !InstanceTable(table.transaction).hasInterface(in: group.id)
            else {
                throw Fault(.dependencyViolation, "resource \(group.id) has a dependent object")
            }
            try table.delete(group)
            return group.id
        }
    }

    /// Reads security groups. An account's default group is written down when somebody looks for the first time.
    func read<Value: Sendable>(_ body: @escaping @Sendable (SecurityGroupTable) throws -> Value) async throws -> Value {
        let network = call.network
        let found = try await call.store.database.read { transaction -> Value? in
            let table = SecurityGroupTable(transaction, of: network)
            return try table.isThere(network.securityGroup) ? try body(table) : nil
        }
        if let found { return found }
        return try await call.prepare(in: call.store.database) { try body(Self.table(of: network, in: $0)) }
    }

    /// Changes security groups.
    func change<Value: Sendable>(_ body: @escaping @Sendable (SecurityGroupTable) throws -> Value) async throws -> Value {
        let network = call.network
        return try await call.commit { try body(Self.table(of: network, in: $0)) }
    }

    /// The groups of a network, the default one among them.
    static func table(of network: DefaultNetwork, in transaction: Transaction) throws -> SecurityGroupTable {
        let table = SecurityGroupTable(transaction, of: network)
        if try !table.isThere(network.securityGroup) { try table.insert(.standard(of: network)) }
        return table
    }

    static func own(_ reference: SecurityGroupReference, in table: SecurityGroupTable) throws -> SecurityGroup {
        switch reference {
        case .id(let text):
            let id = try Self.id(text)
            guard let group = try table.group(id) else { throw notFound(id) }
            return group
        case .name(let name):
            guard let group = try table.groups(named: [name]).first else { throw notFound(named: name, in: table.network) }
            return group
        }
    }

    static func id(_ text: String) throws -> SecurityGroupID { try SecurityGroupID(given: text, orThrow: .invalidGroupIDMalformed) }

    static func notFound(_ id: SecurityGroupID) -> Fault { Fault(.invalidGroupNotFound, "The security group '\(id)' does not exist") }

    static func notFound(named name: String, in network: DefaultNetwork) -> Fault {
        let name = name.prefix(SecurityGroupText.lengthMax)
        return Fault(.invalidGroupNotFound, "The security group '\(name)' does not exist in default VPC '\(network.vpc)'")
    }
}
