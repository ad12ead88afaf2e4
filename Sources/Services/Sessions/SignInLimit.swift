import Domain
import Synchronization

/// How often one may try passwords: from a network, with a name, and both. Each costs the server a hash. Who tries somebody's name from elsewhere
/// does not keep that person out at once.
package final class SignInLimit: Sendable {
    private enum Key: Hashable {
        case network(ClientNetwork)
        case name(String)
        case both(String, ClientNetwork)

        var rate: CallRate {
            switch self {
            case .network: CallRate(burst: 60, perSecond: 1)
            case .name: CallRate(burst: 100, perSecond: 0.5)
            case .both: CallRate(burst: 10, perSecond: 0.1)
            }
        }
    }

    private static let countMax = 10_000

    private let clock: SteadyClock
    private let buckets = Mutex<[Key: TokenBucket]>([:])

    package init(clock: SteadyClock = .system) { self.clock = clock }

    /// - Parameters:
    ///   - user: its name, which is one however it is spelled.
    ///   - account: its id, or what was typed in place of one.
    package func admits(_ user: String, of account: String, from address: String) -> Bool {
        let name = "\(account.lowercased())/\(IAMNaming.folded(user))"
        let now = clock.seconds
        return buckets.withLock { buckets in
            // Those that are full say nothing that a new one would not.
            if buckets.count >= Self.countMax { buckets = buckets.filter { !$0.value.isFull($0.key.rate, at: now) } }
            guard buckets.count < Self.countMax else { return false }
            let network = ClientNetwork(of: address)
            return [.both(name, network), .network(network), .name(name)].allSatisfy { (key: Key) in
                buckets[key, default: TokenBucket(key.rate, at: now)].take(key.rate, at: now)
            }
        }
    }
}
