import Foundation

/// The life of an instance: what callers ask, and what becomes of the guest, move it from state to state. A reconciler does what is to be done next.
extension Instance {
    /// What is to be done with the guest next.
    package enum Step: Sendable, Equatable {
        /// To make its disks, if it has none yet, and to start it.
        case launch
        /// To look after it while it runs.
        case watch
        /// To ask it to shut down, and to end it when it does not.
        case stop(force: Bool)
        /// To end it at once and to take away what goes with it.
        case terminate
    }

    /// Nothing for one that stays as it is.
    package var step: Step? {
        switch state {
        case .pending: .launch
        case .running: .watch
        case .stopping: .stop(force: isForced)
        case .shuttingDown: .terminate
        case .stopped, .terminated: nil
        }
    }

    // MARK: what callers ask

    /// - Throws: `Fault` `IncorrectInstanceState`, `OperationNotPermitted`.
    package mutating func start(at now: Date) throws -> InstanceStateChange {
        switch state {
        case .pending, .running: return change(to: state)
        case .stopped:
            launchedAt = now
            (reason, transition, isForced) = (nil, "", false)
            return change(to: .pending)
        case .stopping, .shuttingDown, .terminated: throw refusal(from: "it can be started")
        }
    }

    /// - Parameter force: whether the guest is not asked.
    package mutating func stop(force: Bool, at now: Date) throws -> InstanceStateChange {
        switch state {
        case .stopping:
            isForced = isForced || force
            return change(to: state)
        case .stopped: return change(to: state)
        case .running:
            guard rootDeviceType == .ebs else {
                throw Fault(
                    .unsupportedOperation,
                    "The instance '\(id)' does not have an 'ebs' root device type and cannot be stopped."
                )
            }
            guard !protections.stop else {
                throw Fault(
                    .operationNotPermitted,
                    "The instance '\(id)' may not be stopped. Modify its 'disableApiStop' instance attribute and try again."
                )
            }
            isForced = force
            becameUser("shutdown", at: now)
            return change(to: .stopping)
        case .pending, .shuttingDown, .terminated: throw refusal(from: "it can be stopped")
        }
    }

    package mutating func terminate(at now: Date) throws -> InstanceStateChange {
        if state.isEnding { return change(to: state) }
        guard !protections.termination else {
            throw Fault(
                .operationNotPermitted,
                "The instance '\(id)' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again."
            )
        }
        becameUser("shutdown", at: now)
        return change(to: .shuttingDown)
    }

    /// Wishes that the guest be reset. One that stands still cannot be.
    package mutating func reboot(at now: Date) throws {
        guard state == .running else { throw refusal(from: "it can be rebooted") }
        rebootRequestedAt = rebootRequestedAt ?? now
    }

    // MARK: what becomes of the guest

    /// The guest has been started.
    package mutating func started() {
        guard state == .pending else { return }
        wasStarted = true
        state = .running
    }

    /// The guest was reset for a wish. One that came later stays.
    package mutating func rebooted(for wish: Date) {
        guard let asked = rebootRequestedAt, asked <= wish else { return }
        rebootRequestedAt = nil
    }

    /// It could not be started. One that never ran goes, as in EC2; one that was stopped before stays.
    package mutating func failedToStart(_ reason: StateReason, at now: Date) {
        guard state == .pending else { return }
        self.reason = reason
        transition = reason.message
        enter(wasStarted ? .stopped : .shuttingDown)
    }

    /// The guest is no more: it shut itself down, was ended, or died.
    ///
    /// - Parameter failure: why, when nobody wanted it.
    package mutating func guestEnded(_ failure: StateReason?, at now: Date) {
        switch state {
        case .stopping: enter(.stopped)
        case .pending, .running:
            if let failure {
                reason = failure
                transition = failure.message
            } else {
                reason = StateReason(
                    code: "Client.InstanceInitiatedShutdown",
                    message: "Client.InstanceInitiatedShutdown: Instance initiated shutdown"
                )
                transition = ""
            }
            // What has no volume to come back from cannot stand still.
            enter(rootDeviceType == .ebs && (failure != nil || shutdownBehavior == .stop) ? .stopped : .shuttingDown)
        case .shuttingDown, .stopped, .terminated: break
        }
    }

    /// All that goes with it is gone.
    package mutating func removed(at now: Date) {
        guard state == .shuttingDown else { return }
        enter(.terminated)
        terminatedAt = now
    }

    // MARK: -

    private mutating func change(to next: InstanceState) -> InstanceStateChange {
        let previous = state
        enter(next)
        return InstanceStateChange(instance: id, previous: previous, current: next)
    }

    /// A wish to reboot is about the guest that ran when it came, and the public address is for one that runs.
    private mutating func enter(_ next: InstanceState) {
        if next != state { rebootRequestedAt = nil }
        if next == .stopped || next == .terminated { place.publicAddress = nil }
        state = next
    }

    private mutating func becameUser(_ what: String, at now: Date) {
        reason = StateReason(code: "Client.UserInitiatedShutdown", message: "Client.UserInitiatedShutdown: User initiated \(what)")
        transition = "User initiated (\(Self.minute(now)))"
    }

    private func refusal(from what: String) -> Fault {
        Fault(.incorrectInstanceState, "The instance '\(id)' is not in a state from which \(what): it is \(state.rawValue).")
    }

    /// As `2026-11-22 19:34:32 GMT`.
    private static func minute(_ date: Date) -> String {
        let style = Date.ISO8601FormatStyle(dateSeparator: .dash, dateTimeSeparator: .space, timeSeparator: .colon, timeZone: .gmt)
        return date.formatted(style.year().month().day().dateTimeSeparator(.space).time(includingFractionalSeconds: false)) + " GMT"
    }
}
