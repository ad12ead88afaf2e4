/// What of a Region pair's throughput the next time-based copies can have.
package struct TimeBasedQuota: Sendable, Equatable {
    package let pair: RegionPair
    package let total: Throughput
    package let available: Throughput

    package init(pair: RegionPair, total: Throughput, available: Throughput) {
        self.pair = pair
        self.total = total
        self.available = available
    }

    /// What each of the copies of one request gets: what it needs; less when there is not enough, in proportion, so that it is late.
    ///
    /// Throws `ResourceLimitExceeded` when there is nothing left of what is needed.
    package func admit(_ needs: [Throughput]) throws(Fault) -> [Throughput] {
        let shares = share(needs)
        guard available > .zero || needs.allSatisfy({ $0 == .zero }) else {
            throw Fault(
                .resourceLimitExceeded,
                "The throughput of time-based copies from \(pair.source) to \(pair.destination), \(total), is all in use. "
                    + "Copy when another has ended, or without a completion duration."
            )
        }
        return shares
    }

    /// As `admit`, but where nothing is left, nothing is given.
    package func share(_ needs: [Throughput]) -> [Throughput] {
        let capped = needs.map { min($0, TimeBasedRules.snapshotMax) }
        let wanted = capped.reduce(.zero, +)
        guard wanted > available else { return capped }
        return capped.map { need in
            let product = need.bytesPerSecond.multipliedFullWidth(by: available.bytesPerSecond)
            return Throughput(bytesPerSecond: wanted.bytesPerSecond.dividingFullWidth(product).quotient)
        }
    }
}
