import Domain
import Services
import Wire

extension StorageTier: QueryScalar {}

/// Moves a snapshot into the archive (docs/behaviour/snapshot-archive.md).
struct ModifySnapshotTier: EC2Action {
    static let permissions = [Permission<Self>("ec2:ModifySnapshotTier") { [$1.snapshot($0.snapshotID)] }]

    private let snapshotID: String

    init(from query: QueryReader) throws(RequestError) {
        snapshotID = try query["SnapshotId"]
        // There is no other way to go: RestoreSnapshotTier is the way back.
        let tier: StorageTier = try query["StorageTier"]
        guard tier == .archive else { throw .invalid("StorageTier", tier.rawValue, "Snapshots are moved to 'archive' alone") }
    }

    func run(in call: Call) async throws -> Answer { Answer(tiering: try await Snapshots(call).archive(snapshotID)) }

    struct Answer: XMLEncodable {
        let tiering: SnapshotTiering

        func write(to xml: inout XMLWriter) {
            xml.element("snapshotId", tiering.snapshot.rawValue)
            xml.element("tieringStartTime", tiering.startedAt)
        }
    }
}

/// Brings a snapshot out of the archive, for a time or for good, or changes for how long it is there.
struct RestoreSnapshotTier: EC2Action {
    static let permissions = [Permission<Self>("ec2:RestoreSnapshotTier") { [$1.snapshot($0.snapshotID)] }]

    private let snapshotID: String
    private let days: Int?
    private let isPermanent: Bool?

    init(from query: QueryReader) throws(RequestError) {
        snapshotID = try query["SnapshotId"]
        days = try query["TemporaryRestoreDays"]
        isPermanent = try query["PermanentRestore"]
    }

    func run(in call: Call) async throws -> Answer {
        let request = try SnapshotRestoreRequest(days: days, isPermanent: isPermanent)
        return Answer(restore: try await Snapshots(call).restoreTier(snapshotID, request))
    }

    struct Answer: XMLEncodable {
        let restore: BegunRestore

        func write(to xml: inout XMLWriter) {
            xml.element("snapshotId", restore.snapshot.rawValue)
            xml.element("restoreStartTime", restore.startedAt)
            xml.element("restoreDuration", restore.days)
            xml.element("isPermanentRestore", restore.days == nil)
        }
    }
}

/// Lists how far the caller's snapshots are on their way into the archive and back.
struct DescribeSnapshotTierStatus: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeSnapshotTierStatus")]

    private let filters: [Filter]
    private let page: PageRequest

    init(from query: QueryReader) throws(RequestError) {
        filters = try query.filters()
        page = try query.page()
    }

    func run(in call: Call) async throws -> Answer { Answer(page: try await Snapshots(call).tierings(filters, page: page)) }

    struct Answer: XMLEncodable {
        let page: Page<TieredSnapshot>

        func write(to xml: inout XMLWriter) {
            xml.list("snapshotTierStatusSet", page.elements) { xml, tiered in tiered.write(to: &xml) }
            xml.element("nextToken", page.nextToken)
        }
    }
}

extension TieredSnapshot {
    fileprivate func write(to xml: inout XMLWriter) {
        xml.element("snapshotId", snapshot.id.rawValue)
        xml.element("volumeId", snapshot.volumeID)
        xml.element("status", snapshot.state.rawValue)
        xml.element("ownerId", snapshot.owner.rawValue)
        TagSet(tags: snapshot.tags).write(to: &xml)
        xml.element("storageTier", snapshot.tier.rawValue)
        xml.element("lastTieringStartTime", tiering.startedAt)
        xml.element("lastTieringProgress", percent)
        xml.element("lastTieringOperationStatus", tiering.status)
        xml.element("lastTieringOperationStatusDetail", tiering.detail)
        xml.element("archivalCompleteTime", tiering.archivedAt)
        xml.element("restoreExpiryTime", snapshot.restoreExpiresAt)
    }
}
