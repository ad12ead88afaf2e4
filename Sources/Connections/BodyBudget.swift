import Synchronization

/// Bounds the memory that the bodies of all requests take together while they are read whole.
package final class BodyBudget: Sendable {
    /// The bodies of others take all that there is: to be tried again later.
    package struct Exceeded: Error, CustomStringConvertible {
        package var description: String { "there is no room for the body of another request" }
    }

    private struct Stranger {
        var bytes: Int
        let cut: @Sendable () -> Void
    }

    private struct State {
        var held = 0
        var heldByStrangers = 0
        /// Those that hold something, by when they came.
        var strangers: [Int: Stranger] = [:]
        var arrivals = 0
        var peak = 0

        mutating func take(_ more: Int, of bytes: Int) -> Bool {
            guard held + more <= bytes else { return false }
            held += more
            peak = max(peak, held)
            return true
        }

        /// - Returns: whether nothing is held any more after much was.
        mutating func giveBack(_ taken: Int) -> Bool {
            held -= taken
            guard held == 0, peak >= BodyBudget.muchBytes else { return false }
            peak = 0
            return true
        }

        mutating func drop(_ arrival: Int) -> Stranger? {
            guard let stranger = strangers.removeValue(forKey: arrival) else { return nil }
            held -= stranger.bytes
            heldByStrangers -= stranger.bytes
            return stranger
        }
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
    package func open() -> Share { Share(of: self, arrival: nil, cut: {}) }

    /// A share for a body that comes before its signature could be verified.
    ///
    /// - Parameter cut: called when the body has to make room for that of a stranger who came later. It holds nothing from then on.
    package func openForStranger(cut: @escaping @Sendable () -> Void) -> Share {
        let arrival = state.withLock { state in
            state.arrivals += 1
            return state.arrivals
        }
        return Share(of: self, arrival: arrival, cut: cut)
    }

    fileprivate func take(_ more: Int) throws(Exceeded) {
        let isTaken = state.withLock { $0.take(more, of: bytes) }
        guard isTaken else { throw Exceeded() }
    }

    fileprivate func take(_ more: Int, forStranger arrival: Int, isFirst: Bool, cut: @escaping @Sendable () -> Void) throws(Exceeded) {
        let (isTaken, cuts) = state.withLock { state -> (Bool, [@Sendable () -> Void]) in
            if isFirst { state.strangers[arrival] = Stranger(bytes: 0, cut: cut) }
            guard state.strangers[arrival] != nil else { return (false, []) }
            // As with connections: the oldest makes room, so that nobody shuts out others by holding on to what was sent.
            var cuts: [@Sendable () -> Void] = []
            while state.heldByStrangers + more > strangersBytes || state.held + more > bytes {
                guard let oldest = state.strangers.keys.min(), oldest != arrival, let stranger = state.drop(oldest) else {
                    return (false, cuts)
                }
                cuts.append(stranger.cut)
            }
            state.heldByStrangers += more
            state.strangers[arrival]?.bytes += more
            return (state.take(more, of: bytes), cuts)
        }
        for cut in cuts { cut() }
        guard isTaken else { throw Exceeded() }
    }

    fileprivate func giveBack(_ taken: Int) {
        if state.withLock({ $0.giveBack(taken) }) { onDrained() }
    }

    fileprivate func giveBack(ofStranger arrival: Int) {
        let isDrained = state.withLock { state in
            _ = state.drop(arrival)
            return state.giveBack(0)
        }
        if isDrained { onDrained() }
    }

    /// What one body takes; given back when the last reference goes.
    package final class Share: Sendable {
        private let budget: BodyBudget
        /// When it came; nil for that of somebody who is known.
        private let arrival: Int?
        private let cut: @Sendable () -> Void
        private let taken = Mutex(0)

        fileprivate init(of budget: BodyBudget, arrival: Int?, cut: @escaping @Sendable () -> Void) {
            self.budget = budget
            self.arrival = arrival
            self.cut = cut
        }

        /// Takes more for bytes that have come.
        package func grow(by bytes: Int) throws(Exceeded) {
            if let arrival {
                let isFirst = taken.withLock { $0 == 0 }
                try budget.take(bytes, forStranger: arrival, isFirst: isFirst, cut: cut)
            } else {
                try budget.take(bytes)
            }
            taken.withLock { $0 += bytes }
        }

        /// Gives back all; may be called more than once.
        package func close() {
            let bytes = taken.withLock { taken in
                defer { taken = 0 }
                return taken
            }
            if let arrival {
                budget.giveBack(ofStranger: arrival)
            } else if bytes > 0 {
                budget.giveBack(bytes)
            }
        }

        deinit { close() }
    }
}
