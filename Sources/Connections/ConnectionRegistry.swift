import Logging
import NIOCore
import Synchronization

/// All connections of the server: who has shown a signature, who has to go when there are too many, and what happens at a limit.
package final class ConnectionRegistry: Sendable {
    private struct Stranger {
        /// When it came, counted.
        let arrival: Int
        let origin: ClientOrigin
    }

    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var strangers: [ObjectIdentifier: Stranger] = [:]
        /// By whom signatures on a connection were.
        var signers: [ObjectIdentifier: Set<String>] = [:]
        var arrivals = 0
        var isClosing = false

        /// Who has to make room: the oldest of those that come from where most do, so that nobody shuts out others by coming often.
        func victim() -> ObjectIdentifier? {
            var crowds: [ClientOrigin: (count: Int, oldest: (id: ObjectIdentifier, arrival: Int))] = [:]
            for (id, stranger) in strangers {
                guard let crowd = crowds[stranger.origin] else {
                    crowds[stranger.origin] = (1, (id, stranger.arrival))
                    continue
                }
                let oldest = stranger.arrival < crowd.oldest.arrival ? (id, stranger.arrival) : crowd.oldest
                crowds[stranger.origin] = (crowd.count + 1, oldest)
            }
            return crowds.values.max { ($0.count, -$0.oldest.arrival) < ($1.count, -$1.oldest.arrival) }?.oldest.id
        }
    }

    /// Of one connection: more are not remembered.
    private static let signersMax = 16

    package let limits: ConnectionLimits
    package let notices: LimitNotices
    private let state = Mutex(State())

    package init(limits: ConnectionLimits, logger: Logger) {
        self.limits = limits
        notices = LimitNotices(logger: logger)
    }

    package var count: Int { state.withLock { $0.channels.count } }

    /// The client of a connection has shown a signature that is right.
    ///
    /// - Parameter signer: the access key; nil for a link, which says nothing of who follows it.
    package func sawSignature(on channel: any Channel, by signer: String?) {
        let isNews = state.withLock { state in
            let id = ObjectIdentifier(channel)
            if let signer, state.channels[id] != nil, state.signers[id]?.count ?? 0 < Self.signersMax {
                state.signers[id, default: []].insert(signer)
            }
            return state.strangers.removeValue(forKey: id) != nil
        }
        // Whoever is known may send in large pieces.
        if isNews { channel.triggerUserOutboundEvent(ConnectionEvent.isKnown, promise: nil) }
    }

    /// A request without a signature has been let in: its body may take its time. The client is a stranger still, and makes room for others.
    package func letIn(_ channel: any Channel) {
        if !knows(channel) { channel.triggerUserOutboundEvent(ConnectionEvent.isLetIn, promise: nil) }
    }

    /// Whether a connection has shown a signature of this access key before. One of another key says nothing of who claims this one.
    package func knows(_ channel: any Channel, as signer: String) -> Bool {
        state.withLock { $0.signers[ObjectIdentifier(channel)]?.contains(signer) ?? false }
    }

    /// Whether the client of a connection has shown a signature before.
    package func knows(_ channel: any Channel) -> Bool { state.withLock { $0.strangers[ObjectIdentifier(channel)] == nil } }

    /// Ends the body that is coming over a connection, so that whoever reads it answers.
    package func cutBody(on channel: any Channel) { channel.triggerUserOutboundEvent(ConnectionEvent.cutBody, promise: nil) }

    /// Ends all connections now, and those that come later.
    package func closeAll() {
        let channels = state.withLock { state in
            state.isClosing = true
            return Array(state.channels.values)
        }
        for channel in channels { channel.triggerUserOutboundEvent(ConnectionEvent.hangUp, promise: nil) }
    }

    func opened(_ channel: any Channel) {
        let (victim, isClosing) = state.withLock { state -> ((any Channel)?, Bool) in
            let id = ObjectIdentifier(channel)
            state.channels[id] = channel
            state.arrivals += 1
            state.strangers[id] = Stranger(arrival: state.arrivals, origin: ClientOrigin(of: channel.remoteAddress))
            guard state.strangers.count > limits.strangers else { return (nil, state.isClosing) }
            // Whatever it has sent: a head under a wrong secret costs nothing, and whoever just came has had no time to send one.
            guard let victim = state.victim() else { return (nil, state.isClosing) }
            state.strangers[victim] = nil
            return (state.channels[victim], state.isClosing)
        }
        if let victim {
            notices.note(.strangers, limit: limits.strangers)
            victim.triggerUserOutboundEvent(ConnectionEvent.hangUp, promise: nil)
        }
        if isClosing { channel.triggerUserOutboundEvent(ConnectionEvent.hangUp, promise: nil) }
    }

    func closed(_ channel: any Channel) {
        state.withLock { state in
            state.channels[ObjectIdentifier(channel)] = nil
            state.strangers[ObjectIdentifier(channel)] = nil
            state.signers[ObjectIdentifier(channel)] = nil
        }
    }
}

/// What is said to the handler of a connection.
enum ConnectionEvent: Sendable {
    case isKnown
    case isLetIn
    case cutBody
    case hangUp
}
