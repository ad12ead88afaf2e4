import Domain
import Foundation
import Services
import Wire

extension SnapshotLock.Mode: QueryScalar {}

/// Keeps a snapshot from being deleted for a time (docs/behaviour/snapshot-lock.md).
struct LockSnapshot: EC2Action {
    static let permissions = [
        Permission<Self>("ec2:LockSnapshot") { [$1.snapshot($0.snapshotID)] }.adding { $0.facts(at: $1.now) }
    ]

    private let snapshotID: String
    private let request: SnapshotLockRequest

    init(from query: QueryReader) throws(RequestError) {
        snapshotID = try query["SnapshotId"]
        request = SnapshotLockRequest(
            mode: try query["LockMode"],
            coolOffHours: try query["CoolOffPeriod"],
            days: try query["LockDuration"],
            expiresAt: try query["ExpirationDate"]
        )
    }

    /// For how long, however the request says so.
    private func facts(at now: Date) -> ConditionFacts {
        let days = request.days ?? request.expiresAt.map { Int(($0.timeIntervalSince(now) / 86_400).rounded(.up)) }
        var facts: ConditionFacts = [:]
        facts.set("ec2:snapshotlockduration", days.map(String.init))
        // The user guide's name, and the authorization reference's.
        for key in ["ec2:cooloffperiod", "ec2:snapshotcooloffperiod"] { facts.set(key, request.coolOffHours.map(String.init)) }
        return facts
    }

    func run(in call: Call) async throws -> Answer { Answer(locked: try await Snapshots(call).lock(snapshotID, request)) }

    struct Answer: XMLEncodable {
        let locked: LockedSnapshot

        func write(to xml: inout XMLWriter) {
            xml.element("snapshotId", locked.lock.snapshot.rawValue)
            locked.write(to: &xml)
        }
    }
}

/// Takes the lock of a snapshot away, where its mode allows it.
struct UnlockSnapshot: EC2Action {
    static let permissions = [Permission<Self>("ec2:UnlockSnapshot") { [$1.snapshot($0.snapshotID)] }]

    private let snapshotID: String

    init(from query: QueryReader) throws(RequestError) { snapshotID = try query["SnapshotId"] }

    func run(in call: Call) async throws -> Answer { Answer(id: try await Snapshots(call).unlock(snapshotID)) }

    struct Answer: XMLEncodable {
        let id: SnapshotID

        func write(to xml: inout XMLWriter) { xml.element("snapshotId", id.rawValue) }
    }
}

/// Lists the locks of the caller's snapshots, those that have expired included.
struct DescribeLockedSnapshots: EC2Action {
    static let permissions = [Permission<Self>("ec2:DescribeLockedSnapshots")]

    private let snapshotIDs: [String]
    private let filters: [Filter]
    private let page: PageRequest

    init(from query: QueryReader) throws(RequestError) {
        snapshotIDs = try query["SnapshotId"]
        filters = try query.filters()
        page = try query.page()
    }

    func run(in call: Call) async throws -> Answer {
        Answer(page: try await Snapshots(call).locked(snapshotIDs, filters: filters, page: page))
    }

    struct Answer: XMLEncodable {
        let page: Page<LockedSnapshot>

        func write(to xml: inout XMLWriter) {
            xml.list("snapshotSet", page.elements) { xml, locked in
                xml.element("ownerId", locked.lock.account.rawValue)
                xml.element("snapshotId", locked.lock.snapshot.rawValue)
                locked.write(to: &xml)
            }
            xml.element("nextToken", page.nextToken)
        }
    }
}

extension LockedSnapshot {
    fileprivate func write(to xml: inout XMLWriter) {
        xml.element("lockState", state.rawValue)
        xml.element("lockDuration", lock.days(completion: completedAt))
        xml.element("coolOffPeriod", lock.coolOffHours)
        xml.element("coolOffPeriodExpiresOn", lock.coolOffEndsAt)
        xml.element("lockCreatedOn", lock.createdAt)
        xml.element("lockDurationStartTime", lock.start(completion: completedAt))
        xml.element("lockExpiresOn", lock.expiry(completion: completedAt))
    }
}
