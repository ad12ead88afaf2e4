import Foundation

/// The state machine: `handle` takes what happened and returns what must now be done, in the same transaction that saves the row.
extension Job {
    package enum Event: Sendable, Equatable {
        /// - Parameter message: what is being done.
        case progressed(Progress, message: String)
        /// All is done but what is written at the end.
        case finished(at: Date)
        /// An attempt to run or to undo it has failed.
        case failed(StateReason, isTemporary: Bool, at: Date)
        /// What it needs is absent: it looks again, however long that lasts, and counts no failure.
        case lacked(message: String, at: Date)
        case cancelled(at: Date)
        /// What it made is taken away.
        case undone(at: Date)
    }

    package enum Effect: Sendable, Equatable {
        /// An image without snapshots has nowhere else to show it, and the snapshots of one that is restored come one by one.
        case showProgress(Progress, of: ImageID)
        case showSnapshotProgress(Progress, of: SnapshotID)
        /// What the work has made becomes visible.
        case writeResult
        case settleImage(ImageID, ImageState, StateReason?)
        /// The row goes: its image or its snapshot tells the rest.
        case forget
    }

    /// How long after it was found absent something is looked for again.
    private static let absenceSeconds: TimeInterval = 10

    /// Takes an event. A job that has ended takes none, and neither does one that is at another step than the event is of: what comes late
    /// changes nothing.
    package mutating func handle(_ event: Event) -> [Effect] {
        switch step {
        case .run: handleWhileRunning(event)
        case .undo: handleWhileUndoing(event)
        case nil: []
        }
    }

    private mutating func handleWhileRunning(_ event: Event) -> [Effect] {
        switch event {
        case .progressed(let later, let message):
            if later.bytesDone > progress.bytesDone { retries.advance() }
            progress.advance(to: later)
            self.message = message
            if case .volumeSnapshot(let work) = work { return [.showSnapshotProgress(progress, of: work.snapshot)] }
            guard let filledImage, work.kind != .bundleCheck else { return [] }
            return [.showProgress(progress, of: filledImage)]

        case .finished(let now):
            progress.advance(to: Progress(bytesDone: progress.bytesTotal, bytesTotal: progress.bytesTotal))
            message = ""
            return [.writeResult] + end(.completed, at: now)

        case .failed(let reason, let isTemporary, let now):
            if isTemporary && retries.fail(at: now) { return [] }
            (state, message, reasonCode) = (.failing, reason.message, reason.code)
            retries.restart(at: now)
            return []

        case .lacked(let message, let now):
            self.message = message
            retries.postpone(by: Self.absenceSeconds, at: now)
            return []

        case .cancelled(let now):
            state = .cancelling
            retries.restart(at: now)
            return []

        case .undone: return []
        }
    }

    private mutating func handleWhileUndoing(_ event: Event) -> [Effect] {
        switch event {
        case .undone(let now):
            if state == .cancelling { message = "" }
            return end(state == .failing ? .failed : .cancelled, at: now)

        case .failed(_, _, let now):
            // Nothing of it may stay, so it is tried for ever.
            retries.wait(at: now)
            return []

        case .progressed, .finished, .lacked, .cancelled: return []
        }
    }

    private mutating func end(_ state: State, at now: Date) -> [Effect] {
        self.state = state
        endedAt = now
        guard let filledImage else { return work.kind.daysListed == nil ? [.forget] : [] }
        switch state {
        case .completed: return [.settleImage(filledImage, .available, nil), .forget]
        case .failed: return [.settleImage(filledImage, .failed, reasonCode.map { StateReason(code: $0, message: message) }), .forget]
        // The image went before.
        case .active, .failing, .cancelling, .cancelled: return [.forget]
        }
    }
}
