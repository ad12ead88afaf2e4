import Domain
import Foundation
import Testing

@Suite struct SnapshotCopyTests {
    private let done = SnapshotCopy.Progress(bytesTotal: 1000, bytesDone: 1000, bytesMoved: 400)
    private let reason = StateReason(code: "Client.InvalidSnapshot.NotFound", message: "The source is gone")
    private let image: ImageID = known("ami-0123456789abcdef0")

    @Test func aCopyThatArrivesCompletesItsSnapshotAndSettlesItsImage() {
        var copy = SnapshotCopy.sample()
        let effects = copy.handle(.arrived(root: SnapshotCopy.sampleRoot, done))
        #expect(effects == [.completeSnapshot(root: SnapshotCopy.sampleRoot, done), .settleImage(image)])
        #expect(copy.state == .completed)
        #expect(copy.progress == done)
        #expect(copy.reason == nil)
    }

    /// The first attempt begins it, and it ends once.
    @Test func aCopyKnowsWhenItBeganAndEnded() {
        let (first, second) = (SnapshotCopy.now, SnapshotCopy.now.addingTimeInterval(60))
        var copy = SnapshotCopy.sample()
        copy.settle(at: first)
        #expect(copy.beganAt == nil && copy.endedAt == nil)
        for date in [first, second] { copy.begin(at: date) }
        _ = copy.handle(.arrived(root: SnapshotCopy.sampleRoot, done))
        for date in [second, first] { copy.settle(at: date) }
        #expect(copy.beganAt == first && copy.endedAt == second)
    }

    @Test func aCopyWithoutAnImageSettlesNone() {
        var copy = SnapshotCopy.sample(image: nil)
        #expect(copy.handle(.arrived(root: SnapshotCopy.sampleRoot, done)) == [.completeSnapshot(root: SnapshotCopy.sampleRoot, done)])
        var failing = SnapshotCopy.sample(image: nil)
        let effects = failing.handle(.failed(reason, isTemporary: false, at: SnapshotCopy.now))
        #expect(effects == [.failSnapshot(message: "The source is gone")])
    }

    @Test(arguments: [[], [UInt8](repeating: 0, count: 32), [UInt8](repeating: 0x5a, count: 31), [UInt8](repeating: 0x5a, count: 33)])
    func aRootThatIsNotTheSourcesFails(_ root: [UInt8]) {
        var copy = SnapshotCopy.sample()
        let message = "The copy of snap-0fedcba9876543210 does not equal its source"
        #expect(copy.handle(.arrived(root: root, done)) == [.failSnapshot(message: message), .settleImage(image)])
        #expect(copy.state == .failed)
        #expect(copy.reason == StateReason(code: "Server.InternalError", message: message))
    }

    @Test func temporaryFailuresAreTriedAgainSoOften() {
        var copy = SnapshotCopy.sample()
        for attempt in 1..<Retries.attemptsMax {
            #expect(copy.handle(.failed(reason, isTemporary: true, at: SnapshotCopy.now)) == [])
            #expect(copy.state == .running)
            #expect(copy.retries.attempts == attempt)
            #expect(copy.retries.dueAt == SnapshotCopy.now.addingTimeInterval(Double(1 << attempt)))
        }
        let effects = copy.handle(.failed(reason, isTemporary: true, at: SnapshotCopy.now))
        #expect(effects == [.failSnapshot(message: "The source is gone"), .settleImage(image)])
        #expect(copy.state == .failed)
        #expect(copy.reason == reason)
    }

    /// A retry counts the blocks that are there again from the first: nobody sees the copy go backwards.
    @Test func aRetryShowsNoLessThanWasShown() {
        var copy = SnapshotCopy.sample()
        let shown = SnapshotCopy.Progress(bytesTotal: 1000, bytesDone: 600, bytesMoved: 500)
        #expect(copy.handle(.progressed(shown)) == [.showProgress(shown)])
        _ = copy.handle(.failed(reason, isTemporary: true, at: SnapshotCopy.now))
        #expect(copy.handle(.progressed(.init(bytesTotal: 1000, bytesDone: 100, bytesMoved: 500))) == [.showProgress(shown)])
        // Coming back to where it was is no success: the failures still count as in a row.
        #expect(copy.handle(.progressed(shown)) == [.showProgress(shown)])
        #expect(copy.retries.attempts == 1)
        let further = SnapshotCopy.Progress(bytesTotal: 1000, bytesDone: 601, bytesMoved: 501)
        #expect(copy.handle(.progressed(further)) == [.showProgress(further)])
        #expect(copy.retries.attempts == 0)
    }

    @Test func aLastingFailureEndsTheCopyAtOnce() {
        var copy = SnapshotCopy.sample()
        let effects = copy.handle(.failed(reason, isTemporary: false, at: SnapshotCopy.now))
        #expect(effects == [.failSnapshot(message: "The source is gone"), .settleImage(image)])
        #expect(copy.state == .failed)
    }

    @Test func aCancelledCopySaysByWhom() {
        var copy = SnapshotCopy.sample()
        #expect(
            copy.handle(.cancelled(by: image)) == [
                .failSnapshot(message: "The copy was cancelled because ami-0123456789abcdef0 was deregistered while it was pending")
            ]
        )
        #expect(copy.state == .cancelled)
        var other = SnapshotCopy.sample(image: nil)
        #expect(other.handle(.cancelled(by: nil)) == [.failSnapshot(message: "The copy was cancelled by its owner")])
    }
}
