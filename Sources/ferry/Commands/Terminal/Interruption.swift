import Dispatch
import Foundation
import Synchronization

/// The user pressed Ctrl-C, or the process was asked to end.
struct Interrupted: Error, CustomStringConvertible {
    var description: String { "interrupted" }
}

/// Runs `work` so that Ctrl-C, and every other signal that asks the process to end, cancels it; a second signal ends the process on the spot.
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

/// Runs what must come to its end, such as tidying up: the first signal waits for it.
func undisturbed<Value>(_ work: () async throws -> Value) async rethrows -> Value {
    SignalWatch.shared.attend {}
    defer { SignalWatch.shared.release() }
    return try await work()
}

/// Catches the signals that end a process and can be caught, for as long as the process lives. What was ignored when it began stays so: that
/// is how nohup, and a shell for what runs in the background, keep a signal from it.
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
        for number in [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGALRM, SIGUSR1, SIGUSR2, SIGXCPU] {
            guard !Self.isIgnored(number) else { continue }
            signal(number, SIG_IGN)
            sources.withLock { sources in
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                source.setEventHandler { [weak self] in self?.signalled() }
                source.resume()
                sources.append(source)
            }
        }
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var now = sigaction()
        // SAFETY: the member that is read is the one that a handler without SA_SIGINFO has.
        return sigaction(number, nil, &now) == 0 && unsafeBitCast(now.__sigaction_handler.sa_handler, to: Int.self) == 1
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
