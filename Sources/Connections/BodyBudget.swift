import Synchronization

/// Bounds the memory that the bodies of all requests take together while they are read whole.
///
/// Whoever is known takes what is free, and leaves a part of it to others: with what it has it may not have more than ``holderShare`` times what is
/// left. So one that sends without end finds less and less, and whoever comes later finds something.
package final class BodyBudget: Sendable {
    /// The bodies of others take all that there is: to be tried again later.
    package struct Exceeded: Error, CustomStringConvertible {
        package var description: String { "there is no room for the body of another request" }
    }

    private struct Stranger {
        var bytes: Int
        let origin: ClientOrigin
        let cut: @Sendable () -> Void
    }

    private struct State {
        var held = 0
        /// By accounts.
        var holders: [String: Int] = [:]
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

        mutating func take(_ more: Int, for holder: String, of bytes: Int) -> Bool {
            let own = (holders[holder] ?? 0) + more
            guard own <= BodyBudget.holderShare * (bytes - held - more), take(more, of: bytes) else { return false }
            holders[holder] = own
            return true
        }

        /// The oldest of the strangers that come from where most bytes are held.
        func victim() -> Int? {
            var sums: [ClientOrigin: Int] = [:]
            for stranger in strangers.values { sums[stranger.origin, default: 0] += stranger.bytes }
            return strangers.min { left, right in
                (-(sums[left.value.origin] ?? 0), left.key) < (-(sums[right.value.origin] ?? 0), right.key)
            }?.key
        }

        /// - Returns: whether nothing is held any more after much was.
        mutating func giveBack(_ taken: Int, of holder: String? = nil) -> Bool {
            held -= taken
            if let holder {
                let left = (holders[holder] ?? 0) - taken
                holders[holder] = left > 0 ? left : nil
            }
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

    private static let holderShare = 3
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
    ///
    /// - Parameter holder: the account whose body it is.
    package func open(for holder: String) -> Share { Share(of: self, owner: .known(holder), cut: {}) }

    /// A share for a body that comes before its signature could be verified.
    ///
    /// - Parameters:
    ///   - origin: where it comes from.
    ///   - cut: called when the body has to make room for that of another stranger. It holds nothing from then on.
    package func openForStranger(from origin: ClientOrigin, cut: @escaping @Sendable () -> Void) -> Share {
        let arrival = state.withLock { state in
            state.arrivals += 1
            return state.arrivals
        }
        return Share(of: self, owner: .stranger(arrival, origin), cut: cut)
    }

    fileprivate func take(_ more: Int, for holder: String) throws(Exceeded) {
        let isTaken = state.withLock { $0.take(more, for: holder, of: bytes) }
        guard isTaken else { throw Exceeded() }
    }

    fileprivate func take(
        _ more: Int,
        forStranger arrival: Int,
        from origin: ClientOrigin,
        isFirst: Bool,
        cut: @escaping @Sendable () -> Void
    ) throws(Exceeded) {
        let (isTaken, cuts) = state.withLock { state -> (Bool, [@Sendable () -> Void]) in
            if isFirst { state.strangers[arrival] = Stranger(bytes: 0, origin: origin, cut: cut) }
            guard state.strangers[arrival] != nil else { return (false, []) }
            // As with connections: where most comes from, the oldest makes room, so that nobody shuts out others by holding on to what was sent.
            var cuts: [@Sendable () -> Void] = []
            while state.heldByStrangers + more > strangersBytes || state.held + more > bytes {
                guard let victim = state.victim(), victim != arrival, let stranger = state.drop(victim) else {
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

    fileprivate func giveBack(_ taken: Int, of holder: String) {
        if state.withLock({ $0.giveBack(taken, of: holder) }) { onDrained() }
    }

    fileprivate func giveBack(ofStranger arrival: Int) {
        let isDrained = state.withLock { state in
            _ = state.drop(arrival)
            return state.giveBack(0)
        }
        if isDrained { onDrained() }
    }

    fileprivate enum Owner {
        case known(String)
        /// By when it came.
        case stranger(Int, ClientOrigin)
    }

    /// What one body takes; given back when the last reference goes.
    package final class Share: Sendable {
        private let budget: BodyBudget
        private let owner: Owner
        private let cut: @Sendable () -> Void
        private let taken = Mutex(0)

        fileprivate init(of budget: BodyBudget, owner: Owner, cut: @escaping @Sendable () -> Void) {
            self.budget = budget
            self.owner = owner
            self.cut = cut
        }

        /// Takes more for bytes that have come.
        package func grow(by bytes: Int) throws(Exceeded) {
            switch owner {
            case .known(let holder): try budget.take(bytes, for: holder)
            case .stranger(let arrival, let origin):
                let isFirst = taken.withLock { $0 == 0 }
                try budget.take(bytes, forStranger: arrival, from: origin, isFirst: isFirst, cut: cut)
            }
            taken.withLock { $0 += bytes }
        }

        /// Gives back all; may be called more than once.
        package func close() {
            let bytes = taken.withLock { taken in
                defer { taken = 0 }
                return taken
            }
            switch owner {
            case .known(let holder): if bytes > 0 { budget.giveBack(bytes, of: holder) }
            case .stranger(let arrival, _): budget.giveBack(ofStranger: arrival)
            }
        }

        deinit { close() }
    }
}
