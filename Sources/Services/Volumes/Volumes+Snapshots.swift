import Domain
import Metadata

/// What CreateSnapshots is asked for.
package struct InstanceSnapshotRequest: Sendable {
    package var instance: String
    package var excludesBootVolume = false
    /// Data volumes that are left out.
    package var excludedVolumes: [String] = []
    package var description = ""
    package var copiesVolumeTags = false
    package var tags: [Tag] = []

    package init(instance: String) { self.instance = instance }

    /// What the snapshot of a volume is tagged with: a tag of the request wins over the volume's of the same key.
    func tags(of volume: Volume) -> [Tag] { copiedTags(of: volume) + tags }

    func copiedTags(of volume: Volume) -> [Tag] {
        guard copiesVolumeTags else { return [] }
        let named = Set(tags.map(\.key))
        return volume.tags.filter { !$0.key.hasPrefix("aws:") && !named.contains($0.key) }
    }
}

extension Volumes {
    /// Makes snapshots of the volumes of an instance, all at one moment, ordered by their devices.
    package func snapshots(_ request: InstanceSnapshotRequest) async throws -> [Snapshot] {
        try TagRules.check(request.tags)
        let choice = try choice(of: request)
        return try await snapshots(
            description: request.description,
            tags: { volume in
                let tags = request.tags(of: volume)
                if request.copiesVolumeTags { try TagRules.check(tags) }
                return tags
            },
            of: choice
        )
    }

    /// The volumes that CreateSnapshots would take.
    func chosen(for request: InstanceSnapshotRequest) async throws -> [Volume] {
        try await call.store.database.read(try choice(of: request))
    }

    private func choice(of request: InstanceSnapshotRequest) throws -> @Sendable (Transaction) throws -> [Volume] {
        let (instance, account) = (try Instances.id(request.instance), call.account)
        let excluded = Set(try request.excludedVolumes.map(Self.id))
        guard excluded.count <= VolumeAttachment.perInstanceMax else {
            throw Fault(
                .invalidParameterValue,
                "You can exclude up to \(VolumeAttachment.perInstanceMax) data volumes, and not \(excluded.count)"
            )
        }
        return { try Self.chosen(of: instance, account, excluding: excluded, request.excludesBootVolume, in: $0) }
    }

    private static func chosen(
        of id: InstanceID,
        _ account: AccountID,
        excluding excluded: Set<VolumeID>,
        _ excludesBootVolume: Bool,
        in transaction: Transaction
    ) throws -> [Volume] {
        let instance = try Instances.own(id, of: account, in: transaction)
        let volumes = try VolumeTable(transaction).volumes(of: id)
        let devices = Dictionary(uniqueKeysWithValues: volumes.map { ($0.id, $0.attachments.first { $0.instance == id }?.device ?? "") })
        if let stranger = excluded.subtracting(devices.keys).min() {
            throw Fault(.invalidParameterValue, "The volume '\(stranger)' is not attached to the instance '\(id)'")
        }
        if let boot = excluded.first(where: { devices[$0] == instance.rootDeviceName }) {
            throw Fault(.invalidParameterValue, "'\(boot)' is the root volume of '\(id)': exclude it with ExcludeBootVolume")
        }
        let chosen = volumes.filter { volume in
            !excluded.contains(volume.id) && !(excludesBootVolume && devices[volume.id] == instance.rootDeviceName)
        }
        guard !chosen.isEmpty else { throw Fault(.invalidParameterValue, "The instance '\(id)' has no volumes to make snapshots of") }
        return chosen.sorted { (devices[$0.id] ?? "", $0.id) < (devices[$1.id] ?? "", $1.id) }
    }
}
