import Domain
import Services
import Wire

/// Lists the caller's snapshots in the Recycle Bin (docs/behaviour/recycle-bin.md, "In the bin").
struct ListSnapshotsInRecycleBin: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:ListSnapshotsInRecycleBin") { action, call in
            action.snapshotIDs.isEmpty ? [.all] : action.snapshotIDs.map { call.snapshot($0) }
        }
    ]

    private let snapshotIDs: [String]
    private let page: PageRequest

    init(from query: QueryReader) throws(RequestError) {
        snapshotIDs = try query["SnapshotId"]
        page = try query.page()
    }

    func run(in call: Call) async throws -> Answer { Answer(page: try await RecycleBin(call).snapshots(snapshotIDs, page: page)) }

    struct Answer: XMLEncodable {
        let page: Page<Recycled<Snapshot>>

        func write(to xml: inout XMLWriter) {
            xml.list("snapshotSet", page.elements) { xml, recycled in
                xml.element("snapshotId", recycled.value.id.rawValue)
                xml.element("recycleBinEnterTime", recycled.resource.enteredAt)
                xml.element("recycleBinExitTime", recycled.resource.exitsAt)
                xml.element("description", recycled.value.description)
                xml.element("volumeId", recycled.value.volumeID)
            }
            xml.element("nextToken", page.nextToken)
        }
    }
}

/// Brings a snapshot back from the Recycle Bin.
struct RestoreSnapshotFromRecycleBin: EC2Action {
    static let permissions = [Permission<Self>("ec2:RestoreSnapshotFromRecycleBin") { [$1.snapshot($0.snapshotID)] }]

    private let snapshotID: String

    init(from query: QueryReader) throws(RequestError) { snapshotID = try query["SnapshotId"] }

    func run(in call: Call) async throws -> Answer { Answer(snapshot: try await RecycleBin(call).restoreSnapshot(snapshotID)) }

    struct Answer: XMLEncodable {
        let snapshot: Snapshot

        func write(to xml: inout XMLWriter) {
            xml.element("snapshotId", snapshot.id.rawValue)
            xml.element("description", snapshot.description)
            xml.element("encrypted", snapshot.encryption != nil)
            xml.element("ownerId", snapshot.owner.rawValue)
            xml.element("progress", "\(snapshot.progressPercent)%")
            xml.element("startTime", snapshot.startedAt)
            xml.element("status", snapshot.state.rawValue)
            xml.element("volumeId", snapshot.volumeID)
            xml.element("volumeSize", snapshot.sizeGiB)
        }
    }
}
