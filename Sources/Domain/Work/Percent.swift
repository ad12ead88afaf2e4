/// How far long work is, as users are shown it.
package enum Percent {
    /// 0 to 99: only what has ended says 100. 0 while the total is not known.
    package static func running(_ done: Int64, of total: Int64) -> Int {
        guard total > 0 else { return 0 }
        let share = min(max(done, 0), total)
        return Int(min(99, total.dividingFullWidth(share.multipliedFullWidth(by: 100)).quotient))
    }
}
