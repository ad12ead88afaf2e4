import Domain
import Foundation
import TestSupport
import Testing

@Suite struct JobTests {
    private static let reason = StateReason(code: "Client.InvalidManifest", message: "The bundle is not whole")
    private static let now = Job.now
    private static let some = Job.Progress(bytesDone: 40, bytesTotal: 100)

    private static let events: [Job.Event] = [
        .progressed(some, message: "converting"), .finished(at: now), .failed(reason, isTemporary: true, at: now),
        .failed(reason, isTemporary: false, at: now), .lacked(message: "waiting", at: now), .cancelled(at: now), .undone(at: now),
    ]

    /// Where each event leads from each state, for jobs of every kind.
    private static let table: [Job.State: [Job.State]] = [
        .active: [.active, .completed, .active, .failing, .active, .cancelling, .active],
        .failing: [.failing, .failing, .failing, .failing, .failing, .failing, .failed],
        .cancelling: [.cancelling, .cancelling, .cancelling, .cancelling, .cancelling, .cancelling, .cancelled],
        .completed: Array(repeating: .completed, count: events.count),
        .failed: Array(repeating: .failed, count: events.count),
        .cancelled: Array(repeating: .cancelled, count: events.count),
    ]

    @Test(arguments: Job.State.allCases) func eachEventLeadsWhereTheTableSays(state: Job.State) throws {
        let ends = try #require(Self.table[state])
        for sample in Job.samples {
            for (event, end) in zip(Self.events, ends) {
                var job = Job.sample(sample.work, state)
                let before = job
                let effects = job.handle(event)
                #expect(job.state == end, "\(event) in \(state)")
                if before.step == nil { #expect(effects.isEmpty && job == before, "\(event) in \(state)") }
                // Only an end of its own is one.
                let hasEnded = job.step == nil && before.step != nil
                #expect((job.endedAt != nil) == hasEnded, "\(event) in \(state)")
                #expect(effects.contains(.forget) == (hasEnded && job.work.kind.daysListed == nil), "\(event) in \(state)")
                #expect(effects.contains(.writeResult) == (hasEnded && end == .completed), "\(event) in \(state)")
            }
        }
    }

    @Test func aJobThatFillsAnImageSettlesIt() {
        var job = Job.sample(.bundleCheck)
        #expect(job.handle(.finished(at: Self.now)) == [.writeResult, .settleImage(Job.image, .available, nil), .forget])
        var failing = Job.sample(.bundleCheck)
        #expect(failing.handle(.failed(Self.reason, isTemporary: false, at: Self.now)) == [])
        #expect(failing.step == .undo)
        #expect(failing.handle(.undone(at: Self.now)) == [.settleImage(Job.image, .failed, Self.reason), .forget])
        // The image went before.
        var cancelled = Job.sample(.bundleCheck, .cancelling)
        #expect(cancelled.handle(.undone(at: Self.now)) == [.forget])
    }

    @Test func aTaskKeepsItsReasonAndItsEnd() throws {
        var job = try #require(Job.samples.last)
        _ = job.handle(.progressed(Self.some, message: "uploading"))
        _ = job.handle(.failed(Self.reason, isTemporary: false, at: Self.now))
        #expect(job.handle(.undone(at: Self.now.addingTimeInterval(3))) == [])
        #expect((job.state, job.message, job.reasonCode) == (.failed, Self.reason.message, Self.reason.code))
        #expect(job.endedAt == Self.now.addingTimeInterval(3))
    }

    @Test func whatMayPassIsTriedFiveTimesWithoutProgress() {
        var job = Job.sample(.bundleCheck)
        for attempt in 1...4 {
            #expect(job.handle(.failed(Self.reason, isTemporary: true, at: Self.now)) == [])
            #expect(job.retries == Retries(attempts: attempt, dueAt: Self.now.addingTimeInterval(Double(1 << attempt))))
        }
        _ = job.handle(.progressed(Self.some, message: ""))
        #expect(job.retries.attempts == 0)
        for _ in 1...4 { _ = job.handle(.failed(Self.reason, isTemporary: true, at: Self.now)) }
        // Coming back to where it was is no progress.
        _ = job.handle(.progressed(Self.some, message: ""))
        _ = job.handle(.failed(Self.reason, isTemporary: true, at: Self.now))
        #expect(job.state == .failing)
        #expect(job.retries == Retries(dueAt: Self.now))
    }

    @Test func progressIsShownWhereSomethingIsFilledAndNeverGoesBackwards() {
        for sample in Job.samples {
            var job = sample
            let isShown = [.bundleCopy, .imageRestore].contains(job.work.kind)
            let effects = job.handle(.progressed(Self.some, message: "at it"))
            let expected: [Job.Effect] =
                if case .volumeSnapshot(let work) = job.work {
                    [.showSnapshotProgress(Self.some, of: work.snapshot)]
                } else {
                    isShown ? [.showProgress(Self.some, of: Job.image)] : []
                }
            #expect(effects == expected)
            _ = job.handle(.progressed(Job.Progress(bytesDone: 10, bytesTotal: 100), message: "again"))
            #expect(job.progress == Self.some)
            #expect(job.message == "again")
        }
    }

    @Test func whatLacksSomethingLooksAgainAndHasNotFailed() {
        var job = Job.sample(.bundleCheck)
        for _ in 0..<20 { _ = job.handle(.lacked(message: "waiting for a Region", at: Self.now)) }
        #expect(job.state == .active)
        #expect(job.message == "waiting for a Region")
        #expect(job.retries == Retries(dueAt: Self.now.addingTimeInterval(10)))
    }

    @Test(arguments: [Job.State.failing, .cancelling]) func whatMustBeUndoneIsTriedForEver(state: Job.State) {
        var job = Job.sample(.bundleCheck, state)
        for _ in 0..<20 { _ = job.handle(.failed(Self.reason, isTemporary: false, at: Self.now)) }
        #expect(job.state == state)
        #expect(job.retries.dueAt == Self.now.addingTimeInterval(32))
    }

    /// Random lives: whatever happens, and however often the server starts anew, a job ends once.
    @Test(arguments: seeds(2)) func noHistoryDoesTheImpossible(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var ends: [Job.State: Int] = [:]
        for _ in 0..<2000 {
            var job = try #require(Job.samples.randomElement(using: &random))
            var (results, settlements, shown) = (0, 0, 0)
            for _ in 0..<Int.random(in: 1...20, using: &random) {
                let event = try #require(Self.events.randomElement(using: &random))
                for effect in job.handle(event) {
                    switch effect {
                    case .writeResult: results += 1
                    case .settleImage: settlements += 1
                    case .showProgress(let progress, _), .showSnapshotProgress(let progress, _):
                        #expect(settlements == 0 && progress.percent >= shown)
                        shown = progress.percent
                    case .forget: #expect(job.step == nil)
                    }
                }
                #expect(results == (job.state == .completed ? 1 : 0))
                #expect(settlements <= 1)
                if random.oneIn(4) { job = job.reread }
            }
            ends[job.state, default: 0] += 1
        }
        for state in Job.State.allCases { #expect(ends[state, default: 0] > 20, "too few histories end \(state)") }
    }
}
