import Domain
import Logging

extension Call {
    /// Tells the operator of time-based copies that were taken on although less than they need could be set aside for them.
    func warnOfShortCopies(_ copies: [SnapshotCopy]) {
        for copy in copies {
            guard let target = copy.target, copy.isShort else { continue }
            deployment.logger.warning(
                "A time-based copy may be late: there is less throughput to set aside than it needs",
                metadata: [
                    "region": "\(region)", "snapshot": "\(copy.snapshotID)", "source": "\(copy.sourceRegion)/\(copy.sourceSnapshotID)",
                    "minutes": "\(target.minutes)", "setAside": "\(target.setAside)",
                    "needed": "\(TimeBasedRules.needed(dataBytes: copy.progress.bytesTotal, minutes: target.minutes))",
                    "shortestMinutes": "\(TimeBasedRules.shortestMinutes(dataBytes: copy.progress.bytesTotal))",
                ]
            )
        }
    }
}
