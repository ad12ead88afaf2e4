import Dispatch
import Foundation
import Synchronization

/// The user pressed Ctrl-C, or the process was asked to end.
struct Interrupted: Error {}

/// Runs `work` so that Ctrl-C and SIGTERM cancel it; a second signal ends the process on the spot.
///
/// - Throws: ``Interrupted`` when `work` failed after a signal. The caller's own task is not cancelled, so it can still tidy up.
func interruptible<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
    // Unstructured, because a signal must cancel the work and leave the caller alone.
    let task = Task { try await work() }
    SignalWatch.shared.attend { task.cancel() }
    defer { SignalWatch.shared.release() }
    do {
        return try await task.value
    } catch {
        if SignalWatch.shared.wasSignalled { throw Interrupted() }
        throw error
    }
}

/// Catches SIGINT and SIGTERM for as long as the process lives.
///
/// Installed once and never taken away: a source that is cancelled lets go of its signal some time later, and would take it from the next one.
private final class SignalWatch: Sendable {
    static let shared = SignalWatch()

    private struct State {
        var cancel: (@Sendable () -> Void)?
        var wasSignalled = false
    }

    private let state = Mutex(State())
    private let sources = Mutex<[any DispatchSourceSignal]>([])

    var wasSignalled: Bool { state.withLock { $0.wasSignalled } }

    private init() {
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            sources.withLock { sources in
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                source.setEventHandler { [weak self] in self?.signalled() }
                source.resume()
                sources.append(source)
            }
        }
    }

    func attend(_ cancel: @escaping @Sendable () -> Void) {
        state.withLock { $0.cancel = cancel }
    }

    func release() {
        state.withLock { $0.cancel = nil }
    }

    private func signalled() {
        let cancel = state.withLock { state in
            // The second signal, or one while nothing runs that could be cancelled.
            let isLast = state.wasSignalled || state.cancel == nil
            state.wasSignalled = true
            return isLast ? nil : state.cancel
        }
        guard let cancel else { _exit(ExitCodes.interrupted) }
        cancel()
    }
}
