import Foundation

/// Long work on images and snapshots that is not a copy of snapshots: a row that the job reconciler drives to its end.
///
/// A pure state machine (Job+Transitions.swift). Work that fills an image has the image's id, and its row goes with its end: the image
/// tells how it ended. So it is with a snapshot that changes its storage tier. Tasks that are described by calls of their own have ids of their own and stay listed for a while.
package struct Job: Sendable, Equatable, Identifiable {
    package enum State: String, Sendable, CaseIterable {
        /// Waits for its turn or is being done: a lease tells which.
        case active
        /// It has failed for good, and what it made is being taken away.
        case failing
        /// It is no longer wanted, and what it made is being taken away.
        case cancelling
        case completed
        case failed
        case cancelled
    }

    /// What is to be done with a job next.
    package enum Step: Sendable, Equatable {
        case run
        /// To take away what it has made.
        case undo
    }

    package struct Progress: Sendable, Equatable {
        package private(set) var bytesDone: Int64
        /// 0 while it is not known.
        package private(set) var bytesTotal: Int64

        package init(bytesDone: Int64 = 0, bytesTotal: Int64 = 0) {
            self.bytesDone = bytesDone
            self.bytesTotal = bytesTotal
        }

        /// Takes what a later report says. One of an attempt that was begun anew counts from nothing again: what was shown stays.
        package mutating func advance(to later: Progress) {
            bytesDone = max(bytesDone, later.bytesDone)
            bytesTotal = later.bytesTotal
        }

        /// 0 to 99: only what has ended says 100.
        package var percent: Int { Percent.running(bytesDone, of: bytesTotal) }
    }

    package let id: String
    /// Whose it is.
    package let account: AccountID
    /// Who has asked for it; nil for a job of an older Ferry, which reads and writes as its account.
    package let caller: JobCaller?
    package let work: JobWork
    package let createdAt: Date
    package internal(set) var state: State
    package internal(set) var progress: Progress
    /// What it is doing, or why it has failed.
    package internal(set) var message: String
    /// The code of why it has failed.
    package internal(set) var reasonCode: String?
    package internal(set) var retries: Retries
    package internal(set) var endedAt: Date?

    package init(
        id: String,
        account: AccountID,
        caller: JobCaller? = nil,
        work: JobWork,
        createdAt: Date,
        state: State = .active,
        progress: Progress = Progress(),
        message: String = "",
        reasonCode: String? = nil,
        retries: Retries? = nil,
        endedAt: Date? = nil
    ) {
        self.id = id
        self.account = account
        self.caller = caller
        self.work = work
        self.createdAt = createdAt
        self.state = state
        self.progress = progress
        self.message = message
        self.reasonCode = reasonCode
        self.retries = retries ?? Retries(dueAt: createdAt)
        self.endedAt = endedAt
    }

    /// Nothing when it has ended.
    package var step: Step? {
        switch state {
        case .active: .run
        case .failing, .cancelling: .undo
        case .completed, .failed, .cancelled: nil
        }
    }

    /// The image that is pending until the job ends; nil for a task.
    package var filledImage: ImageID? { work.kind.fillsImage ? ImageID(rawValue: id) : nil }
}
