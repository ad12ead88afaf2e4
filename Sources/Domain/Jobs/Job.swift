import Foundation

/// Long work on images that is not a copy of snapshots: a row that the job reconciler drives to its end.
///
/// Work that fills an image has the image's id, and its row goes with its end: the image tells how it ended. Tasks that are described by
/// calls of their own have ids of their own and stay listed for a while.
package struct Job: Sendable, Equatable {
    package enum State: String, Sendable {
        case active
        case completed
        case failed
        /// It is no longer wanted, and what it made is being taken away.
        case cancelling
        case cancelled
    }

    package struct Progress: Sendable, Equatable {
        package var bytesDone: Int64
        /// 0 while it is not known.
        package var bytesTotal: Int64

        package init(bytesDone: Int64 = 0, bytesTotal: Int64 = 0) {
            self.bytesDone = bytesDone
            self.bytesTotal = bytesTotal
        }

        /// 0 to 99: only what has ended says 100.
        package var percent: Int { bytesTotal > 0 ? min(99, Int(Double(bytesDone) / Double(bytesTotal) * 100)) : 0 }
    }

    package static let attemptsMax = 5

    package let id: String
    /// Who asked for it, and in whose name it reads and writes.
    package let account: AccountID
    package let work: JobWork
    package let createdAt: Date
    package var state: State
    package var progress: Progress
    /// What it is doing, or why it has failed.
    package var message: String
    /// How often it has failed for something that may pass.
    package var attempts: Int
    package var dueAt: Date
    package var endedAt: Date?

    package init(
        id: String,
        account: AccountID,
        work: JobWork,
        createdAt: Date,
        state: State = .active,
        progress: Progress = Progress(),
        message: String = "",
        attempts: Int = 0,
        dueAt: Date? = nil,
        endedAt: Date? = nil
    ) {
        self.id = id
        self.account = account
        self.work = work
        self.createdAt = createdAt
        self.state = state
        self.progress = progress
        self.message = message
        self.attempts = attempts
        self.dueAt = dueAt ?? createdAt
        self.endedAt = endedAt
    }
}
