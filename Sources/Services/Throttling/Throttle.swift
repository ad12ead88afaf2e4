import Domain
import Synchronization

/// Counts what each account calls, and stops who calls too often: a bucket of tokens for each account, Region and action.
///
/// Who calls without a signature takes of two: of one that all of them share, which is no larger than an account's, so that they take nothing
/// from accounts; and of one that its address has, a part of that, so that one of them does not shut out the others.
package final class Throttle: Sendable {
    private enum Caller: Hashable {
        case account(AccountID)
        case stranger(ClientNetwork)
        case allStrangers
    }

    private struct Key: Hashable {
        let caller: Caller
        let region: Region
        let service: String
        let action: String
        let isUnbounded: Bool
        /// Whether it is of the resources that calls are about.
        var isOfResources = false
    }

    private struct State {
        var profile: ThrottlingProfile
        var buckets: [Key: TokenBucket] = [:]
        /// How many buckets there may be before those are dropped that are full again.
        var bucketsMax = Throttle.bucketsMin
    }

    private static let bucketsMin = 1024
    /// Of what all strangers may, each may one part.
    private static let strangersParts = 10

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

    /// - Parameter resources: how many the call is about.
    /// - Returns: whether the call may go on.
    package func admits(
        _ account: AccountID,
        in region: Region,
        service: String,
        action: String,
        isUnbounded: Bool,
        resources: Int = 1
    ) -> Bool {
        var key = Key(caller: .account(account), region: region, service: service, action: action, isUnbounded: isUnbounded)
        guard take(1, of: key) else { return false }
        key.isOfResources = true
        return take(resources, of: key)
    }

    /// - Parameter address: where a call without a signature comes from.
    /// - Returns: whether it may go on.
    package func admitsStranger(from address: String?, in region: Region, service: String, action: String, isUnbounded: Bool) -> Bool {
        let network = Caller.stranger(ClientNetwork(of: address))
        // The own one first: who has used that up takes nothing from the others.
        return [network, .allStrangers].allSatisfy {
            take(1, of: Key(caller: $0, region: region, service: service, action: action, isUnbounded: isUnbounded))
        }
    }

    private func take(_ count: Int, of key: Key) -> Bool {
        let now = clock.seconds
        return state.withLock { state in
            guard let rate = rate(of: key, state.profile) else { return true }
            if state.buckets.count >= state.bucketsMax { dropFull(&state, at: now) }
            return state.buckets[key, default: TokenBucket(rate, at: now)].take(rate, count: count, at: now)
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
        case .account where key.isOfResources: profile.resourceRate(service: key.service, action: key.action)
        case .account, .allStrangers: rates(profile, key.service, key.action, key.isUnbounded)
        case .stranger: rates(profile, key.service, key.action, key.isUnbounded)?.part(of: Self.strangersParts)
        }
    }
}
