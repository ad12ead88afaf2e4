import Domain
import Glibc
import Hexadecimal
import Synchronization

/// Counts what each account calls, and stops who calls too often: a bucket of tokens for each account, Region and action.
package final class Throttle: Sendable {
    private enum Caller: Hashable {
        case account(AccountID, Region)
        /// Who does not sign.
        case stranger(address: String)
    }

    private struct Key: Hashable {
        let caller: Caller
        let service: String
        let action: String
        let isUnbounded: Bool
    }

    private struct State {
        var profile: ThrottlingProfile
        var buckets: [Key: TokenBucket] = [:]
        /// How many buckets there may be before those are dropped that are full again.
        var bucketsMax = Throttle.bucketsMin
    }

    private static let bucketsMin = 1024

    package typealias Rates = @Sendable (ThrottlingProfile, _ service: String, _ action: String, _ isUnbounded: Bool) -> CallRate?

    private let rates: Rates
    private let clock: SteadyClock
    private let state: Mutex<State>

    /// - Parameter rates: those of a profile; nil where it has no limit.
    package init(
        _ profile: ThrottlingProfile,
        clock: SteadyClock = .system,
        rates: @escaping Rates = { $0.rate(service: $1, action: $2, isUnbounded: $3) }
    ) {
        self.clock = clock
        self.rates = rates
        state = Mutex(State(profile: profile))
    }

    /// Changing it fills all buckets.
    package var profile: ThrottlingProfile {
        get { state.withLock { $0.profile } }
        set {
            state.withLock { $0 = State(profile: newValue) }
        }
    }

    package var bucketCount: Int { state.withLock { $0.buckets.count } }

    /// - Returns: whether the call may go on.
    package func admits(_ account: AccountID, in region: Region, service: String, action: String, isUnbounded: Bool) -> Bool {
        admits(Key(caller: .account(account, region), service: service, action: action, isUnbounded: isUnbounded))
    }

    /// The same for who does not sign, and is known by the address alone.
    package func admits(strangerAt address: String, service: String, action: String) -> Bool {
        admits(Key(caller: .stranger(address: Self.network(of: address)), service: service, action: action, isUnbounded: false))
    }

    /// Whoever has an address of IPv6 has a whole network of them.
    private static func network(of address: String) -> String {
        var bytes = [UInt8](repeating: 0, count: 16)
        guard address.contains(":"), inet_pton(AF_INET6, address, &bytes) == 1 else { return address }
        let isOfIPv4 = bytes.prefix(12).elementsEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF])
        return isOfIPv4 ? address : Hex.encode(bytes.prefix(8))
    }

    private func admits(_ key: Key) -> Bool {
        let now = clock.seconds
        return state.withLock { state in
            guard let rate = rate(of: key, state.profile) else { return true }
            if state.buckets.count >= state.bucketsMax { dropFull(&state, at: now) }
            return state.buckets[key, default: TokenBucket(rate, at: now)].take(rate, at: now)
        }
    }

    /// A bucket that is full again says nothing; so there are never many more than accounts are calling.
    private func dropFull(_ state: inout State, at now: Double) {
        let profile = state.profile
        state.buckets = state.buckets.filter { key, bucket in rate(of: key, profile).map { !bucket.isFull($0, at: now) } ?? false }
        state.bucketsMax = max(Self.bucketsMin, 2 * state.buckets.count)
    }

    private func rate(of key: Key, _ profile: ThrottlingProfile) -> CallRate? {
        switch key.caller {
        case .account: rates(profile, key.service, key.action, key.isUnbounded)
        case .stranger: profile.strangerRate
        }
    }
}
