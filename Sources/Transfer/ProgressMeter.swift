import Domain
import Synchronization

/// Counts what a copy has done and passes it on, at most once an interval and one report at a time, so that none overtakes another.
final class ProgressMeter: Sendable {
    private struct State {
        var progress: SnapshotCopy.Progress
        var lastReport: ContinuousClock.Instant
        var isReporting = false
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
            guard !$0.isReporting, .now - $0.lastReport >= interval else { return nil }
            $0.lastReport = .now
            $0.isReporting = true
            return $0.progress
        }
        guard let due else { return }
        defer { state.withLock { $0.isReporting = false } }
        try await report(due)
    }
}
