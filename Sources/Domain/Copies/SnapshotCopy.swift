import Foundation

/// One snapshot on its way into a Region: a row that the reconciler drives to its end.
///
/// A pure state machine: `handle` takes what happened and returns what must now be done, in the same transaction that saves the row.
package struct SnapshotCopy: Sendable, Equatable, Identifiable {
    package enum State: String, Sendable {
        case running
        case completed
        case failed
        case cancelled
    }

    /// Bytes of blocks that hold data.
    package struct Progress: Sendable, Equatable {
        package var bytesTotal: Int64
        /// Bytes that stand in the destination, whether moved or there before.
        package var bytesDone: Int64
        /// Bytes that had to be moved.
        package var bytesMoved: Int64

        package init(bytesTotal: Int64 = 0, bytesDone: Int64 = 0, bytesMoved: Int64 = 0) {
            self.bytesTotal = bytesTotal
            self.bytesDone = bytesDone
            self.bytesMoved = bytesMoved
        }

        /// The progress of a whole copy, of which an earlier attempt had moved some already.
        package func adding(bytesMovedBefore: Int64) -> Progress {
            Progress(bytesTotal: bytesTotal, bytesDone: bytesDone, bytesMoved: bytesMoved + bytesMovedBefore)
        }

        /// Takes what a later report says. One of an attempt that was begun anew counts from nothing again: what was shown stays.
        package mutating func advance(to later: Progress) {
            bytesTotal = later.bytesTotal
            bytesDone = max(bytesDone, later.bytesDone)
            bytesMoved = max(bytesMoved, later.bytesMoved)
        }

        /// 0 to 99: a copy says 100 % when it is completed, not before.
        package var percent: Int { Percent.running(bytesDone, of: bytesTotal) }
    }

    package enum Event: Sendable, Equatable {
        case progressed(Progress)
        /// The destination holds the whole block map of the source's `root`, in a sealed domain under another address.
        case arrived(root: [UInt8], at: [UInt8]? = nil, Progress)
        case failed(StateReason, isTemporary: Bool, at: Date)
        case cancelled(by: ImageID?)
    }

    package enum Effect: Sendable, Equatable {
        case showProgress(Progress)
        case completeSnapshot(root: [UInt8], Progress)
        case failSnapshot(message: String)
        /// The image may now be available, or failed.
        case settleImage(ImageID)
    }

    package let id: CopyID
    package let snapshotID: SnapshotID
    /// Who asked for it: copies of different accounts share a link evenly.
    package let account: AccountID
    /// The image that the snapshot is copied for; none when CopySnapshot was called.
    package let imageID: ImageID?
    package let sourceRegion: Region
    package let sourceSnapshotID: SnapshotID
    /// The address of the source's block map, as it was when the copy was asked for.
    package let sourceRoot: [UInt8]
    /// What the source is sealed in; `nil` when it is open.
    package let sourceDomain: DomainID?
    package let createdAt: Date
    /// When its first attempt began; nil while it waits for its turn.
    package private(set) var beganAt: Date?
    /// When it was completed, had failed or was cancelled.
    package private(set) var endedAt: Date?
    /// The time in which it is to be done; `nil` for a standard copy.
    package private(set) var target: CompletionTarget?
    package private(set) var state: State
    package private(set) var progress: Progress
    package private(set) var retries: Retries
    /// Why it has failed; of a running one, why it will fail as soon as it is driven.
    package private(set) var reason: StateReason?

    package init(
        id: CopyID,
        snapshotID: SnapshotID,
        account: AccountID,
        imageID: ImageID?,
        sourceRegion: Region,
        sourceSnapshotID: SnapshotID,
        sourceRoot: [UInt8],
        sourceDomain: DomainID? = nil,
        createdAt: Date,
        beganAt: Date? = nil,
        endedAt: Date? = nil,
        target: CompletionTarget? = nil,
        state: State = .running,
        progress: Progress = Progress(),
        retries: Retries? = nil,
        reason: StateReason? = nil
    ) {
        self.id = id
        self.snapshotID = snapshotID
        self.account = account
        self.imageID = imageID
        self.sourceRegion = sourceRegion
        self.sourceSnapshotID = sourceSnapshotID
        self.sourceRoot = sourceRoot
        self.sourceDomain = sourceDomain
        self.createdAt = createdAt
        self.beganAt = beganAt
        self.endedAt = endedAt
        self.target = target
        self.state = state
        self.progress = progress
        self.retries = retries ?? Retries(dueAt: createdAt)
        self.reason = reason
    }

    package var transferType: TransferType { target == nil ? .standard : .timeBased }

    /// Whether less is set aside for a time-based copy than it needs.
    package var isShort: Bool { target?.isShort(for: progress.bytesTotal) ?? false }

    /// The minutes of a time-based copy begin to run.
    package mutating func startClock(at date: Date, setAside: Throughput) { target?.start(at: date, setAside: setAside) }

    /// An attempt has begun: the first one counts.
    package mutating func begin(at date: Date) { beganAt = beganAt ?? date }

    /// Notes when it ended, once it has.
    package mutating func settle(at date: Date) {
        if state != .running { endedAt = endedAt ?? date }
    }

    /// Takes an event. A copy that has ended takes none: what comes late from a cancelled pump changes nothing.
    package mutating func handle(_ event: Event) -> [Effect] {
        guard state == .running else { return [] }
        switch event {
        case .progressed(let progress):
            if progress.bytesDone > self.progress.bytesDone { retries.advance() }
            self.progress.advance(to: progress)
            return [.showProgress(self.progress)]

        case .arrived(let root, let address, let progress):
            guard root == sourceRoot else {
                return fail(
                    StateReason(code: "Server.InternalError", message: "The copy of \(sourceSnapshotID) does not equal its source")
                )
            }
            self.progress = progress
            state = .completed
            return [.completeSnapshot(root: address ?? root, progress)] + settlement

        case .failed(let reason, let isTemporary, let now):
            return isTemporary && retries.fail(at: now) ? [] : fail(reason)

        case .cancelled(let image):
            state = .cancelled
            let cause = image.map { "because \($0) was deregistered while it was pending" } ?? "by its owner"
            return [.failSnapshot(message: "The copy was cancelled \(cause)")]
        }
    }

    private mutating func fail(_ reason: StateReason) -> [Effect] {
        state = .failed
        self.reason = reason
        return [.failSnapshot(message: reason.message)] + settlement
    }

    private var settlement: [Effect] { imageID.map { [.settleImage($0)] } ?? [] }
}
