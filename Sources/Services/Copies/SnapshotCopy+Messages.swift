import Domain
import Foundation

/// What a snapshot's `statusMessage` tells about the copy that fills it. The command line reads the part before the semicolon.
extension SnapshotCopy {
    func runningMessage(at now: Date) -> String {
        let remark = target?.remark(dataBytes: progress.bytesTotal, at: now)
        return "Copied \(progress.bytesDone) of \(progress.bytesTotal) bytes" + (remark.map { "; \($0)" } ?? "")
    }

    /// Of a copy whose source Region is not served now.
    func waitingMessage(at now: Date) -> String {
        runningMessage(at: now) + "; waiting for the Region \(sourceRegion), which this server does not serve now"
    }

    /// - Parameter tellsMoved: whether it is said how much had to be moved. The rest was there before: among blocks that all accounts share, that tells
    ///   what others hold.
    func completedMessage(at now: Date, tellsMoved: Bool) -> String {
        // What might have become late and did not is of no interest any more.
        let remark = target.flatMap { $0.isOverdue(at: now) ? $0.remark(dataBytes: progress.bytesTotal, at: now) : nil }
        let moved = tellsMoved ? ", moved \(progress.bytesMoved)" : ""
        return "Copied \(progress.bytesTotal) bytes\(moved)" + (remark.map { "; \($0)" } ?? "")
    }
}
