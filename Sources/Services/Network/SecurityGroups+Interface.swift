import Domain
import Metadata

extension SecurityGroups {
    /// The groups that an interface is put into: those that a launch names, or the default one.
    package func ofInterface(ids: [String] = [], names: [String] = []) async throws -> [SecurityGroup] {
        let max = try await call.quota(.groupsOfInterface)
        return try await read { try Self.ofInterface(ids: ids, names: names, atMost: max, in: $0) }
    }

    /// The same within a transaction.
    ///
    /// - Parameter table: of `table(of:in:)`, so that the default group is there.
    static func ofInterface(ids: [String], names: [String], atMost max: Int, in table: SecurityGroupTable) throws -> [SecurityGroup] {
        guard ids.isEmpty || names.isEmpty else {
            throw Fault(.invalidParameterCombination, "Security groups are given by their ids or by their names, not by both")
        }
        var references = ids.map(SecurityGroupReference.id) + names.map(SecurityGroupReference.name)
        if references.isEmpty { references = [.id(table.network.securityGroup.rawValue)] }
        guard Set(references).count <= max else {
            throw Fault(.groupsPerInterfaceLimitExceeded, "The maximum number of security groups per interface has been reached: \(max)")
        }
        var groups: [SecurityGroup] = []
        for reference in references {
            let group = try own(reference, in: table)
            if !groups.contains(where: { $0.id == group.id }) { groups.append(group) }
        }
        return groups
    }
}
