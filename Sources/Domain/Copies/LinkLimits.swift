/// What an operator lets pass between Regions.
package struct LinkLimits: Sendable, Equatable {
    /// Bytes of blocks that move from one Region into another, of all accounts together; none is no limit.
    package var bandwidth = PairLimits()
    /// What the time-based copies of one account may set aside of it (docs/behaviour/time-based-copies.md, "Throughput").
    package var timeBasedQuota = PairLimits(TimeBasedRules.pairQuota)

    package init() {}

    /// What an account may still set aside, and never more than the pair carries.
    ///
    /// - Parameter granted: the account's own quota; nil for one to which nothing was granted.
    package func availableToTimeBased(on pair: RegionPair, setAside: TimeBasedUse, granted: Throughput? = nil) -> TimeBasedQuota {
        let quota = granted ?? timeBasedQuota[pair] ?? TimeBasedRules.pairQuota
        let own = quota.bytesPerSecond - setAside.byAccount.bytesPerSecond
        let all = bandwidth[pair].map { $0.bytesPerSecond - setAside.byAll.bytesPerSecond } ?? .max
        return TimeBasedQuota(
            pair: pair,
            total: min(quota, bandwidth[pair] ?? quota),
            available: Throughput(bytesPerSecond: max(0, min(own, all)))
        )
    }
}

/// What running time-based copies of a Region pair have set aside.
package struct TimeBasedUse: Sendable, Equatable {
    package var byAccount: Throughput
    package var byAll: Throughput

    package init(byAccount: Throughput = .zero, byAll: Throughput = .zero) {
        self.byAccount = byAccount
        self.byAll = byAll
    }
}
