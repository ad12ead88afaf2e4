/// What a copy needs to be done in a time that was asked for, each snapshot for itself (docs/behaviour/time-based-copies.md, "Throughput").
package enum TimeBasedRules {
    /// No snapshot is promised more. A copy may well run faster.
    package static let snapshotMax = Throughput.mebibytes(500)
    /// What one account's copies between two Regions are promised together, unless the operator says otherwise.
    package static let pairQuota = Throughput.mebibytes(2000)
    package static let shortestMinutes = 15

    /// The throughput at which so many bytes of data take that many minutes, rounded up.
    package static func needed(dataBytes: Int64, minutes: Int) -> Throughput {
        let seconds = Int64(max(1, minutes)) * 60
        return Throughput(bytesPerSecond: dataBytes / seconds + (dataBytes % seconds > 0 ? 1 : 0))
    }

    /// The shortest duration that can be kept: a quarter of an hour or what the data takes at 500 MiB/s, in whole quarters.
    package static func shortestMinutes(dataBytes: Int64) -> Int {
        let bytesPerQuarter = snapshotMax.bytesPerSecond * Int64(shortestMinutes) * 60
        let quarters = dataBytes / bytesPerQuarter + (dataBytes % bytesPerQuarter > 0 ? 1 : 0)
        return max(1, Int(quarters)) * shortestMinutes
    }
}
