import Domain
import Foundation
import Metadata

/// Instances, their volumes and their network.
extension TableLife {
    static let instances: [TableLife] = [
        rows, groups, disks, volumes, attachments, modifications, volumeSnapshots, keyPairs, securityGroups, securityGroupRules,
    ]

    private static let instance = Instance.sample(1, groups: [numbered(2), numbered(3)])
    private static let running = Instance.sample(1, .running, groups: [numbered(2), numbered(3)])
    private static let terminated = Instance.sample(1, .terminated, groups: [numbered(2), numbered(3)])

    private static let rows = TableLife(
        "instances",
        read: { try InstanceTable($0).instance(numbered(1)) },
        [
            .then(instance) { try InstanceTable($0).insert(instance) },
            .then(running) { try InstanceTable($0).update(running) },
            .then(nil) { try InstanceTable($0).delete(running) },
        ]
    )

    private static let groups = TableLife(
        "instance_groups",
        read: { try InstanceTable($0).hasInterface(in: numbered(2)) },
        [
            .then(true) { try InstanceTable($0).insert(instance) },
            .then(false) { try InstanceTable($0).update(terminated) },
        ]
    )

    private static let disk = InstanceDisk(
        id: numbered(1),
        instance: numbered(1),
        image: numbered(1),
        owner: .alice,
        bundle: ImageBundle(manifest: known("depot/web/image.manifest.xml"), version: "v1", etag: "e1", imageBytes: 5_000, bundleBytes: 900)
    )
    private static let unbundled = changed(disk) { $0.root = [UInt8](repeating: 7, count: 32) }

    private static let disks = TableLife(
        "instance_disks",
        read: { try InstanceDiskTable($0).disk(of: numbered(1)) },
        [
            .then(disk) { try InstanceDiskTable($0).insert(disk) },
            .then(unbundled) { try InstanceDiskTable($0).setRoot([UInt8](repeating: 7, count: 32), of: numbered(1)) },
            .then(nil) { try InstanceDiskTable($0).delete(unbundled, at: date()) },
        ]
    )

    private static func shape(_ sizeGiB: Int) -> VolumeShape {
        VolumeShape(stored: .gp3, sizeGiB: sizeGiB, iops: 3_000, throughput: 125, isMultiAttachEnabled: false)
    }

    private static let base = Volume.Base(root: [UInt8](repeating: 7, count: 32), domain: nil)
    private static let volume = Volume(id: numbered(1), owner: .alice, zone: known("us-east-1a"), shape: shape(8), createdAt: date())
    private static let attachment = VolumeAttachment(
        volume: numbered(1),
        instance: numbered(1),
        device: "/dev/sdf",
        state: .attached,
        attachedAt: date(),
        deletesOnTermination: true
    )
    private static let attached = changed(volume) { ($0.state, $0.attachments) = (.inUse, [attachment]) }

    private static let volumes = TableLife(
        "volumes",
        read: { try VolumeTable($0).volume(numbered(1)) },
        [
            .then(volume) { try VolumeTable($0).insert(volume) },
            .then(attached) { try VolumeTable($0).update(attached) },
            .then(nil) { try VolumeTable($0).delete(attached) },
        ]
    )

    private static let attachments = TableLife(
        "volume_attachments",
        given: { try VolumeTable($0).insert(volume) },
        read: { try VolumeTable($0).attachments(toInstances: [numbered(1)]) },
        [
            .then([numbered(1): [attachment]]) { try VolumeTable($0).update(attached) },
            .then([:]) { try VolumeTable($0).update(volume) },
        ]
    )

    private static func modification(
        _ number: Int,
        _ state: VolumeModification.State = .modifying,
        endedAt: Date? = nil
    ) -> VolumeModification {
        VolumeModification(
            volume: numbered(1),
            account: .alice,
            number: number,
            original: shape(8),
            target: shape(9),
            state: state,
            startedAt: date(milliseconds: Int64(number)),
            dueAt: date(),
            endedAt: endedAt
        )
    }

    private static let modifications = TableLife(
        "volume_modifications",
        given: { try VolumeTable($0).insert(volume) },
        read: { try VolumeModificationTable($0).all(of: numbered(1)) },
        [
            .then([modification(1)]) { try VolumeModificationTable($0).insert(modification(1)) },
            .then([modification(1, .completed, endedAt: date())]) {
                try VolumeModificationTable($0).update(modification(1, .completed, endedAt: date()))
            },
            .then([modification(2), modification(1, .completed, endedAt: date())]) {
                try VolumeModificationTable($0).insert(modification(2))
            },
            .then([modification(2)]) { try VolumeModificationTable($0).deleteOld(of: numbered(1), before: date()) },
        ]
    )

    private static func taken(_ base: Volume.Base?, mergedThrough: UInt64) -> VolumeSnapshotTable.Row {
        VolumeSnapshotTable.Row(
            snapshot: numbered(1),
            volume: numbered(1),
            account: .alice,
            base: base,
            mergedThrough: mergedThrough,
            layer: 3,
            number: 1
        )
    }

    private static let volumeSnapshots = TableLife(
        "volume_snapshots",
        read: { try VolumeSnapshotTable($0).row(of: numbered(1)) },
        [
            .then(taken(nil, mergedThrough: 0)) { try VolumeSnapshotTable($0).insert(taken(nil, mergedThrough: 0)) },
            .then(taken(base, mergedThrough: 2)) { try VolumeSnapshotTable($0).rebase(numbered(1), onto: base, mergedThrough: 2) },
            .then(nil) { try VolumeSnapshotTable($0).delete(numbered(1)) },
        ]
    )

    private static let pair = KeyPair(
        id: numbered(1),
        account: .alice,
        name: "laptop",
        kind: .rsa,
        publicKey: "ssh-rsa AAAA",
        fingerprint: "aa",
        createdAt: date(),
        tags: []
    )

    private static let keyPairs = TableLife(
        "key_pairs",
        read: { try KeyPairTable($0).keyPairs(of: .alice) },
        [
            .then([pair]) { try KeyPairTable($0).insert(pair) },
            .then([]) { try KeyPairTable($0).delete(numbered(1)) },
        ]
    )

    private static let network = DefaultNetwork(of: .alice, in: known("us-east-1"))
    private static let group = SecurityGroup(id: numbered(1), network: network, name: "web", description: "d", tags: [])

    private static let securityGroups = TableLife(
        "security_groups",
        read: { try SecurityGroupTable($0, of: network).group(numbered(1)) },
        [
            .then(group) { try SecurityGroupTable($0, of: network).insert(group) },
            .then(nil) { try SecurityGroupTable($0, of: network).delete(group) },
        ]
    )

    private static let rule = group.rule(
        SecurityGroupRule.Content(isEgress: true, TrafficPattern(protocol: "tcp", from: 22, to: 22), known("10.0.0.0/8"))
    )
    private static let told = changed(rule) { $0.description = "ssh" }

    private static let securityGroupRules = TableLife(
        "security_group_rules",
        given: { try SecurityGroupTable($0, of: network).insert(group) },
        read: { try SecurityGroupRuleTable($0).page(of: .alice, after: nil, limit: 9) },
        [
            .then([rule]) { try SecurityGroupRuleTable($0).insert(rule) },
            .then([told]) { try SecurityGroupRuleTable($0).update(told) },
            .then([]) { try SecurityGroupRuleTable($0).delete(rule.id) },
        ]
    )
}
