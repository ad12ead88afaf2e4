import Domain
import Foundation
import Metadata

/// Images, and what is about them.
extension TableLife {
    static let images: [TableLife] = [
        rows, devices, shares, tags, recycleBin, retentionRules, usageReports, usageEntries, sharingSettings, clientTokens,
    ]

    private static let image = Image.sample(1, snapshots: [numbered(2)])
    private static let deprecated = changed(image) { ($0.deprecatedAt, $0.description) = (date(), "old") }

    private static let rows = TableLife(
        "images",
        read: { try ImageTable($0).image(numbered(1)) },
        [
            .then(image) { try ImageTable($0).insert(image) },
            .then(deprecated) {
                try ImageTable($0).setDeprecation(date(), of: numbered(1))
                try ImageTable($0).setDescription("old", of: numbered(1))
            },
        ]
    )

    private static let devices = TableLife(
        "image_devices",
        read: { try ImageTable($0).users(of: numbered(2)) },
        [
            .then([numbered(1)]) { try ImageTable($0).insert(image) },
            .then([numbered(1)]) { try ImageTable($0).setSize(9, ofDevicesOver: numbered(2)) },
        ]
    )

    private static let shares = TableLife(
        "image_shares",
        given: { try ImageTable($0).insert(image) },
        read: { try ShareTable($0, of: .image).targets(of: image.id.rawValue) },
        [
            .then([.everyone]) { try ShareTable($0, of: .image).add([.everyone], to: image.id.rawValue, of: .alice) },
            .then([.everyone, .account(.bob)]) {
                try ShareTable($0, of: .image).add([.account(.bob)], to: image.id.rawValue, of: .alice)
            },
            .then([.account(.bob)]) { try ShareTable($0, of: .image).remove([.everyone], from: image.id.rawValue) },
            .then([]) { try ShareTable($0, of: .image).removeAll(of: image.id.rawValue) },
        ]
    )

    private static let tags = TableLife(
        "tags",
        read: { try TagTable($0).tags(of: .image(numbered(1))) },
        [
            .then([Tag(key: "a", value: "1")]) { try TagTable($0).set([Tag(key: "a", value: "1")], on: .image(numbered(1))) },
            .then([Tag(key: "a", value: "2")]) { try TagTable($0).set([Tag(key: "a", value: "2")], on: .image(numbered(1))) },
            .then([]) { try TagTable($0).remove(key: "a", value: "2", from: .image(numbered(1))) },
        ]
    )

    private static let recycled = RecycledResource(
        id: "ami-1",
        kind: .image,
        account: .alice,
        imageState: .available,
        tags: [Tag(key: "a", value: "b")],
        enteredAt: date(),
        exitsAt: date(milliseconds: 1_900_000_000_000)
    )

    private static let recycleBin = TableLife(
        "recycle_bin",
        read: { try RecycleBinTable($0).resource("ami-1") },
        [
            .then(recycled) { try RecycleBinTable($0).insert(recycled) },
            .then(nil) { try RecycleBinTable($0).delete("ami-1") },
        ]
    )

    private static let rule = RetentionRule(
        id: .random(),
        account: .alice,
        kind: .snapshot,
        description: "d",
        days: 7,
        resourceTags: [ResourceTag(key: "a", value: nil)],
        createdAt: date()
    )
    private static let locked = changed(rule) {
        ($0.days, $0.lock, $0.tags) = (9, .ending(unlockDays: 7, at: date()), [Tag(key: "c", value: "d")])
    }

    private static let retentionRules = TableLife(
        "retention_rules",
        read: { try RetentionRuleTable($0).rule(rule.id) },
        [
            .then(rule) { try RetentionRuleTable($0).save(rule) },
            .then(locked) { try RetentionRuleTable($0).save(locked) },
            .then(nil) { try RetentionRuleTable($0).delete(rule.id) },
        ]
    )

    private static let report = ImageUsageReport(
        id: numbered(3),
        account: .alice,
        image: numbered(1),
        kinds: [.init(name: ImageUsageEntry.instance, versionDepth: nil)],
        accounts: [.bob],
        createdAt: date(),
        tags: []
    )
    private static let entry = ImageUsageEntry(
        report: numbered(3),
        image: numbered(1),
        account: .bob,
        kind: ImageUsageEntry.instance,
        count: 4,
        createdAt: date()
    )

    private static let usageReports = TableLife(
        "image_usage_reports",
        read: { try ImageUsageReportTable($0).report(report.id) },
        [
            .then(report) { try ImageUsageReportTable($0).insert(report) },
            .then(nil) { try ImageUsageReportTable($0).delete(report.id) },
        ]
    )

    private static let usageEntries = TableLife(
        "image_usage_entries",
        given: { try ImageUsageReportTable($0).insert(report) },
        read: { try ImageUsageReportTable($0).entries(of: .alice, after: nil, at: date(), limit: 9) },
        [
            .then([entry]) { try ImageUsageReportTable($0).insert(entry) },
            .then([]) { try ImageUsageReportTable($0).delete(report.id) },
        ]
    )

    private static let open = changed(SharingSettings()) { $0.allowed = AllowedImages(state: .auditMode) }
    private static let blocked = changed(open) { $0.images = .blockNewSharing }

    private static let sharingSettings = TableLife(
        "sharing_settings",
        read: { try SharingSettingsTable($0).settings(of: .alice) },
        [
            .then(open) { try SharingSettingsTable($0).set(open, of: .alice) },
            .then(blocked) { try SharingSettingsTable($0).set(blocked, of: .alice) },
        ]
    )

    private static let clientTokens = TableLife(
        "client_tokens",
        given: { try InstanceTable($0).insert(.sample(1, token: "t")) },
        read: { try ClientTokenTable($0).find(account: .alice, action: "RunInstances", token: "t")?.fingerprint },
        [
            .then([1, 2]) {
                try ClientTokenTable($0).insert(
                    account: .alice,
                    action: "RunInstances",
                    token: "t",
                    fingerprint: [1, 2],
                    resourceID: Instance.sample(1).reservation.rawValue,
                    at: date()
                )
            },
            // The last instance of its reservation takes it along.
            .then(nil) { try InstanceTable($0).delete(.sample(1, token: "t")) },
        ]
    )
}
