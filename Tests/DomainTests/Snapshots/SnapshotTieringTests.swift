import Domain
import Foundation
import TestSupport
import Testing

/// The states of a snapshot that goes into the archive and comes back.
@Suite struct SnapshotTieringTests {
    private static let now = Date(timeIntervalSince1970: 1_795_376_072)
    private static let day: TimeInterval = 86_400

    private func snapshot(_ state: SnapshotState = .completed, _ tier: StorageTier = .standard, until expiry: Date? = nil) -> Snapshot {
        let id: SnapshotID = known("snap-0123456789abcdef0")
        return Snapshot(
            id: id,
            owner: known("123456789012"),
            volumeID: "vol-ffffffff",
            description: "",
            state: state,
            startedAt: Self.now,
            sizeGiB: 1,
            lineage: id,
            root: state == .completed ? [UInt8](repeating: 1, count: 32) : nil,
            tier: tier,
            restoreExpiresAt: expiry
        )
    }

    private func refused(_ code: FaultCode, _ body: () throws -> Void) {
        do {
            try body()
            Issue.record("not refused")
        } catch let fault as Fault {
            #expect(fault.code == code, "\(fault)")
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test func archivingEndsOnce() throws {
        var tiering = try snapshot().archival(after: nil, at: Self.now)
        #expect(tiering.status == "archival-in-progress" && tiering.percent(job: nil, at: Self.now) == 0)
        #expect(tiering.percent(job: Job.Progress(bytesDone: 40, bytesTotal: 100), at: Self.now) == 40)
        tiering.complete(at: Self.now.addingTimeInterval(9))
        #expect(tiering.status == "archival-completed" && tiering.percent(job: nil, at: Self.now) == 100)
        #expect(tiering.archivedAt == Self.now.addingTimeInterval(9))
        let before = tiering
        tiering.fail("too late")
        #expect(tiering == before)
    }

    @Test func whatFailsSaysWhy() throws {
        var tiering = try snapshot().archival(after: nil, at: Self.now)
        tiering.fail("a block cannot be read")
        #expect(tiering.status == "archival-failed" && tiering.detail == "a block cannot be read" && tiering.archivedAt == nil)
        // It may be tried again.
        #expect(try snapshot().archival(after: tiering, at: Self.now).status == "archival-in-progress")
    }

    @Test func onlyACompletedSnapshotOfTheStandardTierIsArchived() throws {
        for state in [SnapshotState.pending, .error] {
            refused(.incorrectState) { _ = try snapshot(state).archival(after: nil, at: Self.now) }
        }
        refused(.incorrectState) { _ = try snapshot(.completed, .archive).archival(after: nil, at: Self.now) }
        refused(.incorrectState) { _ = try snapshot(until: Self.now).archival(after: nil, at: Self.now) }
        let running = try snapshot().archival(after: nil, at: Self.now)
        refused(.incorrectState) { _ = try snapshot().archival(after: running, at: Self.now) }
    }

    @Test func restoringWaitsAndKeepsWhenItWasArchived() throws {
        var archived = try snapshot().archival(after: nil, at: Self.now)
        archived.complete(at: Self.now)
        let later = Self.now.addingTimeInterval(Self.day)
        let request = try SnapshotRestoreRequest(days: 3, isPermanent: nil)
        let step = try snapshot(.completed, .archive).restore(request, after: archived, taking: 7_200, at: later)
        guard case .begin(let tiering) = step else { return #expect(Bool(false), "\(step)") }
        #expect(tiering.status == "temporary-restore-in-progress" && tiering.archivedAt == Self.now)
        #expect(tiering.dueAt == later.addingTimeInterval(7_200))
        #expect(tiering.percent(job: nil, at: later.addingTimeInterval(1_800)) == 25)
        #expect(tiering.percent(job: nil, at: later.addingTimeInterval(9_000)) == 99)
        refused(.incorrectState) { _ = try snapshot(.completed, .archive).restore(request, after: tiering, taking: 0, at: later) }
    }

    @Test func aTemporaryRestoreIsMadeLongerOrStaysForGood() throws {
        let here = snapshot(until: Self.now.addingTimeInterval(Self.day))
        let longer = try here.restore(.temporarily(days: 5), after: nil, taking: 7_200, at: Self.now)
        #expect(longer == .stay(until: Self.now.addingTimeInterval(5 * Self.day)))
        let step = try here.restore(.permanently, after: nil, taking: 7_200, at: Self.now)
        guard case .begin(let tiering) = step else { return #expect(Bool(false), "\(step)") }
        #expect(tiering.status == "permanent-restore-in-progress" && tiering.dueAt == Self.now)
    }

    @Test func onlyWhatIsArchivedIsRestored() {
        refused(.incorrectState) { _ = try snapshot().restore(.permanently, after: nil, taking: 0, at: Self.now) }
    }

    @Test func aRestoreIsForOneTo180DaysOrForGood() throws {
        #expect(try SnapshotRestoreRequest(days: nil, isPermanent: nil) == .temporarily(days: 1))
        #expect(try SnapshotRestoreRequest(days: nil, isPermanent: false) == .temporarily(days: 1))
        #expect(try SnapshotRestoreRequest(days: 180, isPermanent: nil) == .temporarily(days: 180))
        #expect(try SnapshotRestoreRequest(days: nil, isPermanent: true) == .permanently)
        for days in [-1, 0, 181] { refused(.invalidParameterValue) { _ = try SnapshotRestoreRequest(days: days, isPermanent: nil) } }
        refused(.invalidParameterCombination) { _ = try SnapshotRestoreRequest(days: 3, isPermanent: true) }
    }

    @Test func whatIsArchivedIsNotUsed() throws {
        refused(.incorrectState) { try snapshot(.completed, .archive).requireStandardTier() }
        try snapshot(until: Self.now).requireStandardTier()
        try snapshot().requireStandardTier()
    }
}
