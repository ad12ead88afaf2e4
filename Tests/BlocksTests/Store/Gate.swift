import Dispatch
import Synchronization

/// Holds threads of a pool at a place until it is opened.
final class Gate: Sendable {
    private enum Arrival {
        case none
        case awaited(CheckedContinuation<Void, Never>)
        case happened
    }

    private let arrival = Mutex(Arrival.none)
    private let openings = DispatchSemaphore(value: 0)

    /// Called at the place; blocks its thread until the gate is open.
    func pass() {
        let waiter: CheckedContinuation<Void, Never>? = arrival.withLock { arrival in
            defer { arrival = .happened }
            if case .awaited(let waiter) = arrival { return waiter }
            return nil
        }
        waiter?.resume()
        openings.wait()
        openings.signal()
    }

    /// Returns when someone stands at the gate. Never blocks a thread: the one who is to come may need it.
    func waitForArrival() async {
        await withCheckedContinuation { continuation in
            let isHere = arrival.withLock { arrival in
                if case .happened = arrival { return true }
                arrival = .awaited(continuation)
                return false
            }
            if isHere { continuation.resume() }
        }
    }

    /// Lets everyone through, from now on.
    func open() { openings.signal() }
}
