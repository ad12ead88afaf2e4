import Synchronization

/// Bounds the memory that the bodies of all requests take together while they are read whole.
package final class BodyBudget: Sendable {
    /// The bodies of others take all that there is: to be tried again later.
    package struct Exceeded: Error, CustomStringConvertible {
        package var description: String { "there is no room for the body of another request" }
    }

    private struct State {
        var held = 0
        var heldByStrangers = 0
        var peak = 0
    }

    private let bytes: Int
    private let strangersBytes: Int
    private let onDrained: @Sendable () -> Void
    private let state = Mutex(State())

    /// From here on it is worth while to give memory back when it is free again.
    private static let muchBytes = 8 << 20

    /// - Parameters:
    ///   - bytes: for all bodies.
    ///   - strangersBytes: of these, for bodies that come before their signature could be verified.
    ///   - onDrained: called when nothing is held any more after much was.
    package init(bytes: Int, strangersBytes: Int, onDrained: @escaping @Sendable () -> Void = {}) {
        self.bytes = bytes
        self.strangersBytes = strangersBytes
        self.onDrained = onDrained
    }

    package var held: Int { state.withLock { $0.held } }

    /// A share for one body, which grows as the body comes: what is only announced takes nothing from others.
    package func open(isVerified: Bool) -> Share { Share(of: self, isVerified: isVerified) }

    fileprivate func take(_ more: Int, isVerified: Bool) throws(Exceeded) {
        let isTaken = state.withLock { state in
            guard state.held + more <= bytes, isVerified || state.heldByStrangers + more <= strangersBytes else { return false }
            state.held += more
            if !isVerified { state.heldByStrangers += more }
            state.peak = max(state.peak, state.held)
            return true
        }
        guard isTaken else { throw Exceeded() }
    }

    fileprivate func giveBack(_ taken: Int, isVerified: Bool) {
        let isDrained = state.withLock { state in
            state.held -= taken
            if !isVerified { state.heldByStrangers -= taken }
            guard state.held == 0, state.peak >= Self.muchBytes else { return false }
            state.peak = 0
            return true
        }
        if isDrained { onDrained() }
    }

    /// What one body takes; given back when the last reference goes.
    package final class Share: Sendable {
        private let budget: BodyBudget
        private let isVerified: Bool
        private let taken = Mutex(0)

        fileprivate init(of budget: BodyBudget, isVerified: Bool) {
            self.budget = budget
            self.isVerified = isVerified
        }

        /// Takes more for bytes that have come.
        package func grow(by bytes: Int) throws(Exceeded) {
            try budget.take(bytes, isVerified: isVerified)
            taken.withLock { $0 += bytes }
        }

        /// Gives back all; may be called more than once.
        package func close() {
            let bytes = taken.withLock { taken in
                defer { taken = 0 }
                return taken
            }
            if bytes > 0 { budget.giveBack(bytes, isVerified: isVerified) }
        }

        deinit { close() }
    }
}
