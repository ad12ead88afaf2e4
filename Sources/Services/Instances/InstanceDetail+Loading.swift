import Domain
import Metadata

extension InstanceDetail {
    /// Instances with what they are described by.
    static func load(_ instances: [Instance], in transaction: Transaction) throws -> [InstanceDetail] {
        guard !instances.isEmpty else { return [] }
        let attachments = try VolumeTable(transaction).attachments(toInstances: instances.map(\.id))
        let names = try SecurityGroupTable.names(of: Set(instances.flatMap(\.place.groups)), in: transaction)
        return instances.map { instance in
            InstanceDetail(
                instance: instance,
                attachments: attachments[instance.id] ?? [],
                groups: instance.place.groups.map { Group(id: $0, name: names[$0] ?? "") }
            )
        }
    }
}
