import Logging
import NIOCore
import Synchronization

/// All connections of the server: who has shown a signature, who has to go when there are too many, and what happens at a limit.
///
/// Whoever is known keeps its places, as long as it leaves a part to others: with what it has it may not have more than ``holderShare`` times what is
/// left. What goes beyond is served as well, and makes room when all places are taken, as strangers do.
package final class ConnectionRegistry: Sendable {
    /// Whose places are counted together.
    private enum Holder: Hashable {
        case account(String)
        /// Whoever follows a link, which says nothing of who that is.
        case link(ClientOrigin)
        /// Whoever has not signed anything.
        case stranger(ClientOrigin)

        var isStranger: Bool {
            guard case .stranger = self else { return false }
            return true
        }
    }

    /// A connection that makes room.
    private struct Spare {
        /// When it came, counted.
        let arrival: Int
        var holder: Holder
    }

    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var spares: [ObjectIdentifier: Spare] = [:]
        /// Of those, the ones of strangers.
        var strangers = 0
        /// Those that keep their places, and how many each holder has.
        var keepers: [ObjectIdentifier: Holder] = [:]
        var counts: [Holder: Int] = [:]
        /// By whom signatures on a connection were.
        var signers: [ObjectIdentifier: Set<String>] = [:]
        var arrivals = 0
        var isClosing = false

        /// Who has to make room, of those who have the most: of strangers the oldest, so that nobody shuts out others by coming often, and of
        /// others the newest, which has done the least.
        func victim(amongStrangers: Bool) -> ObjectIdentifier? {
            typealias Place = (id: ObjectIdentifier, arrival: Int)
            var crowds: [Holder: (count: Int, oldest: Place, newest: Place)] = [:]
            for (id, spare) in spares where !amongStrangers || spare.holder.isStranger {
                let place = (id, spare.arrival)
                guard let crowd = crowds[spare.holder] else {
                    crowds[spare.holder] = (1, place, place)
                    continue
                }
                let oldest = spare.arrival < crowd.oldest.arrival ? place : crowd.oldest
                let newest = spare.arrival > crowd.newest.arrival ? place : crowd.newest
                crowds[spare.holder] = (crowd.count + 1, oldest, newest)
            }
            let most = crowds.max { ($0.value.count, -$0.value.oldest.arrival) < ($1.value.count, -$1.value.oldest.arrival) }
            return most.map { $0.key.isStranger ? $0.value.oldest.id : $0.value.newest.id }
        }

        /// Takes out one that goes. Its holder has it no more, though it is not closed yet.
        mutating func drop(_ id: ObjectIdentifier) {
            if let spare = spares.removeValue(forKey: id), spare.holder.isStranger { strangers -= 1 }
            guard let holder = keepers.removeValue(forKey: id) else { return }
            let left = (counts[holder] ?? 1) - 1
            counts[holder] = left > 0 ? left : nil
        }

        /// Says whose a connection is, and lets it keep its place where its holder may have another.
        ///
        /// - Returns: whether it was a stranger's.
        mutating func settle(_ id: ObjectIdentifier, for holder: Holder, of places: Int) -> Bool {
            guard let spare = spares[id] else { return false }
            let own = (counts[holder] ?? 0) + 1
            if spare.holder.isStranger { strangers -= 1 }
            if own <= ConnectionRegistry.holderShare * (places - keepers.count - 1) {
                spares[id] = nil
                keepers[id] = holder
                counts[holder] = own
            } else {
                spares[id]?.holder = holder
            }
            return spare.holder.isStranger
        }
    }

    private static let holderShare = 3
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
    /// - Parameters:
    ///   - account: whose it is.
    ///   - signer: the access key; nil for a link, which says nothing of who follows it.
    package func sawSignature(on channel: any Channel, of account: String, by signer: String?) {
        let holder = signer == nil ? Holder.link(ClientOrigin(of: channel.remoteAddress)) : .account(account)
        let isNews = state.withLock { state in
            let id = ObjectIdentifier(channel)
            if let signer, state.channels[id] != nil, state.signers[id]?.count ?? 0 < Self.signersMax {
                state.signers[id, default: []].insert(signer)
            }
            return state.settle(id, for: holder, of: limits.keptConnections)
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
    package func knows(_ channel: any Channel) -> Bool {
        state.withLock { $0.spares[ObjectIdentifier(channel)]?.holder.isStranger != true }
    }

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
        let (victims, isClosing) = state.withLock { state in
            let id = ObjectIdentifier(channel)
            state.channels[id] = channel
            state.arrivals += 1
            state.spares[id] = Spare(arrival: state.arrivals, holder: .stranger(ClientOrigin(of: channel.remoteAddress)))
            state.strangers += 1
            // Whatever it has sent: a head under a wrong secret costs nothing, and whoever just came has had no time to send one.
            var victims: [(limit: LimitNotices.Limit, channel: any Channel)] = []
            if state.strangers > limits.strangers, let victim = state.victim(amongStrangers: true) {
                state.drop(victim)
                if let channel = state.channels[victim] { victims.append((.strangers, channel)) }
            }
            // The last place is for whoever comes next.
            if state.spares.count + state.keepers.count >= limits.connections, let victim = state.victim(amongStrangers: false) {
                state.drop(victim)
                if let channel = state.channels[victim] { victims.append((.shares, channel)) }
            }
            return (victims, state.isClosing)
        }
        for (limit, victim) in victims {
            notices.note(limit, limit: limit == .strangers ? limits.strangers : limits.connections)
            victim.triggerUserOutboundEvent(ConnectionEvent.hangUp, promise: nil)
        }
        if isClosing { channel.triggerUserOutboundEvent(ConnectionEvent.hangUp, promise: nil) }
    }

    func closed(_ channel: any Channel) {
        state.withLock { state in
            let id = ObjectIdentifier(channel)
            state.channels[id] = nil
            state.signers[id] = nil
            state.drop(id)
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
