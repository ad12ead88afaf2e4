import Logging
import NIOCore
import Synchronization

/// All connections of the server: who has shown a signature, who has to go when there are too many, and what happens at a limit.
package final class ConnectionRegistry: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        /// When each came, counted.
        var strangers: [ObjectIdentifier: Int] = [:]
        var arrivals = 0
        var isClosing = false
    }

    package let limits: ConnectionLimits
    package let notices: LimitNotices
    private let state = Mutex(State())

    package init(limits: ConnectionLimits, logger: Logger) {
        self.limits = limits
        notices = LimitNotices(logger: logger)
    }

    package var count: Int { state.withLock { $0.channels.count } }

    /// The client of a connection has shown a signature that is right.
    package func sawSignature(on channel: any Channel) {
        let isNews = state.withLock { $0.strangers.removeValue(forKey: ObjectIdentifier(channel)) != nil }
        // Whoever is known may send in large pieces.
        if isNews { channel.triggerUserOutboundEvent(ConnectionEvent.isKnown, promise: nil) }
    }

    /// A request without a signature has been let in: its body may take its time. The client is a stranger still, and makes room for others.
    package func letIn(_ channel: any Channel) {
        if !knows(channel) { channel.triggerUserOutboundEvent(ConnectionEvent.isLetIn, promise: nil) }
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
            state.strangers[id] = state.arrivals
            guard state.strangers.count > limits.strangers else { return (nil, state.isClosing) }
            // Whatever it has sent: a head under a wrong secret costs nothing, and whoever just came has had no time to send one.
            guard let oldest = state.strangers.min(by: { $0.value < $1.value }) else {
                return (nil, state.isClosing)
            }
            state.strangers[oldest.key] = nil
            return (state.channels[oldest.key], state.isClosing)
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
