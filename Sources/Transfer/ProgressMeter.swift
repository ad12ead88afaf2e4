import Domain
import Synchronization

/// Counts what a copy has done and passes it on, at most once an interval.
final class ProgressMeter: Sendable {
    private struct State {
        var progress: SnapshotCopy.Progress
        var lastReport: ContinuousClock.Instant
    }

    private let state: Mutex<State>
    private let interval: Duration
    private let report: @Sendable (SnapshotCopy.Progress) async throws -> Void

    init(bytesTotal: Int64, interval: Duration, report: @escaping @Sendable (SnapshotCopy.Progress) async throws -> Void) {
        state = Mutex(State(progress: SnapshotCopy.Progress(bytesTotal: bytesTotal), lastReport: .now))
        self.interval = interval
        self.report = report
    }

    var progress: SnapshotCopy.Progress { state.withLock { $0.progress } }

    func add(done: Int64, moved: Int64) {
        state.withLock {
            $0.progress.bytesDone += done
            $0.progress.bytesMoved += moved
        }
    }

    func reportIfDue() async throws {
        let due: SnapshotCopy.Progress? = state.withLock {
            guard .now - $0.lastReport >= interval else { return nil }
            $0.lastReport = .now
            return $0.progress
        }
        if let due { try await report(due) }
    }
}
