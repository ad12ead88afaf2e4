import Domain
import Foundation
import Testing

/// What a lock holds, and how it may be changed (docs/behaviour/snapshot-lock.md).
@Suite struct SnapshotLockTests {
    private static let day: Double = 86_400
    private let now = Date(timeIntervalSince1970: 1_795_392_000)
    private let snapshot: SnapshotID = known("snap-0aaaaaaaaaaaaaaaa")
    private let account: AccountID = known("123456789012")

    private func lock(
        _ request: SnapshotLockRequest,
        replacing existing: SnapshotLock? = nil,
        completion: Date? = .distantPast,
        at time: Date? = nil
    ) throws -> SnapshotLock {
        try request.lock(of: snapshot, by: account, replacing: existing, completion: completion, at: time ?? now)
    }

    @Test func daysCountFromTheCallOrFromWhenTheSnapshotIsComplete() throws {
        let lock = try lock(SnapshotLockRequest(mode: .governance, days: 3), completion: nil)
        #expect(lock.expiry(completion: nil) == nil)
        #expect(lock.state(completion: nil, at: now.addingTimeInterval(100 * Self.day)) == .governance)
        #expect(lock.expiry(completion: now.addingTimeInterval(-5)) == now.addingTimeInterval(3 * Self.day))
        let completion = now.addingTimeInterval(3_600)
        #expect(lock.start(completion: completion) == completion)
        let end = completion.addingTimeInterval(3 * Self.day)
        #expect(lock.expiry(completion: completion) == end)
        #expect(lock.isHeld(completion: completion, at: end.addingTimeInterval(-1)))
        #expect(lock.state(completion: completion, at: end) == .expired)
        #expect(!lock.isHeld(completion: completion, at: end))
    }

    @Test func aDateIsTakenAsItIs() throws {
        let end = now.addingTimeInterval(10.5 * Self.day)
        let lock = try lock(SnapshotLockRequest(mode: .compliance, expiresAt: end))
        #expect(lock.expiry(completion: nil) == end)
        #expect(lock.days(completion: now) == 11)
        #expect(lock.state(completion: now, at: now) == .compliance)
    }

    @Test func coolingOffEndsByTheClock() throws {
        let lock = try lock(SnapshotLockRequest(mode: .compliance, coolOffHours: 2, days: 5))
        #expect(lock.state(completion: now, at: now.addingTimeInterval(7_199)) == .coolingOff)
        #expect(lock.state(completion: now, at: now.addingTimeInterval(7_200)) == .compliance)
    }

    @Test func whatNoLockCanBeIsRefused() {
        let requests: [(SnapshotLockRequest, FaultCode)] = [
            (SnapshotLockRequest(mode: .governance), .missingParameter),
            (
                SnapshotLockRequest(mode: .governance, days: 1, expiresAt: now.addingTimeInterval(5 * Self.day)),
                .invalidParameterCombination
            ),
            (SnapshotLockRequest(mode: .governance, coolOffHours: 1, days: 1), .invalidParameterCombination),
            (SnapshotLockRequest(mode: .compliance, coolOffHours: 0, days: 1), .invalidParameterValue),
            (SnapshotLockRequest(mode: .compliance, coolOffHours: 73, days: 1), .invalidParameterValue),
            (SnapshotLockRequest(mode: .governance, days: 0), .invalidParameterValue),
            (SnapshotLockRequest(mode: .governance, days: 36_501), .invalidParameterValue),
            (SnapshotLockRequest(mode: .governance, expiresAt: now.addingTimeInterval(Self.day - 1)), .invalidParameterValue),
            (SnapshotLockRequest(mode: .governance, expiresAt: .distantFuture), .invalidParameterValue),
        ]
        for (request, code) in requests {
            let fault = #expect(throws: Fault.self) { try lock(request) }
            #expect(fault?.code == code, "\(request)")
        }
    }

    @Test func governanceCanBecomeAnything() throws {
        let first = try lock(SnapshotLockRequest(mode: .governance, days: 30))
        let shorter = try lock(SnapshotLockRequest(mode: .governance, days: 1), replacing: first)
        #expect(shorter.term == .days(1))
        #expect(try lock(SnapshotLockRequest(mode: .compliance, days: 1), replacing: first).mode == .compliance)
    }

    @Test func complianceCanOnlyBeMadeLonger() throws {
        let first = try lock(SnapshotLockRequest(mode: .compliance, days: 30))
        let later = now.addingTimeInterval(10 * Self.day)
        for wrong in [
            SnapshotLockRequest(mode: .governance, days: 100), SnapshotLockRequest(mode: .compliance, coolOffHours: 1, days: 100),
            SnapshotLockRequest(mode: .compliance, days: 19),
            SnapshotLockRequest(mode: .compliance, expiresAt: now.addingTimeInterval(29 * Self.day)),
        ] {
            let fault = #expect(throws: Fault.self) { try lock(wrong, replacing: first, at: later) }
            #expect(fault?.code == .operationNotPermitted, "\(wrong)")
        }
        let longer = try lock(SnapshotLockRequest(mode: .compliance, days: 40), replacing: first, at: later)
        #expect(longer.expiry(completion: now) == later.addingTimeInterval(40 * Self.day))
        #expect(longer.createdAt == first.createdAt)
        let date = now.addingTimeInterval(60 * Self.day)
        #expect(
            try lock(SnapshotLockRequest(mode: .compliance, expiresAt: date), replacing: first, at: later).expiry(completion: now) == date
        )
    }

    @Test func whileItCoolsOffAComplianceLockCanStillBeChangedButNotCooledForLonger() throws {
        let first = try lock(SnapshotLockRequest(mode: .compliance, coolOffHours: 2, days: 30))
        let later = now.addingTimeInterval(3_600)
        #expect(try lock(SnapshotLockRequest(mode: .governance, days: 1), replacing: first, at: later).mode == .governance)
        let again = try lock(SnapshotLockRequest(mode: .compliance, coolOffHours: 72, days: 1), replacing: first, at: later)
        #expect(again.coolOffEndsAt == first.coolOffEndsAt)
        let atOnce = try lock(SnapshotLockRequest(mode: .compliance, days: 1), replacing: first, at: later)
        #expect(atOnce.state(completion: now, at: later) == .compliance)
    }

    @Test func anExpiredLockMakesWayForAnother() throws {
        let first = try lock(SnapshotLockRequest(mode: .compliance, days: 1))
        let later = now.addingTimeInterval(2 * Self.day)
        let second = try lock(SnapshotLockRequest(mode: .governance, days: 1), replacing: first, completion: now, at: later)
        #expect(second.createdAt == later)
        #expect(second.state(completion: now, at: later) == .governance)
    }
}
