import Dispatch

/// Holds threads of a pool at a place until it is opened.
final class ThreadGate: Sendable {
    private let arrivals = Counter()
    private let openings = DispatchSemaphore(value: 0)

    /// Whether somebody has come to the gate.
    var isReached: Bool { arrivals.value > 0 }

    /// Called at the place; blocks its thread until the gate is open.
    func pass() {
        arrivals.add()
        openings.wait()
        openings.signal()
    }

    /// Lets everyone through, from now on.
    func open() { openings.signal() }
}
