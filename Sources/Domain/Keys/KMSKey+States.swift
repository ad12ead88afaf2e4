import Foundation

/// The moves between states, and what each state forbids (the table of key states in the KMS guide).
extension KMSKey {
    /// Throws unless the key can encrypt, decrypt, sign and be given out by grants.
    package func requireUsable() throws(KeyUnusable) {
        switch state {
        case .enabled: return
        case .disabled: throw KeyUnusable(arn, .disabled)
        case .pendingDeletion: throw KeyUnusable(arn, .pendingDeletion)
        }
    }

    /// Throws unless the key is one for this usage.
    package func require(_ usage: KeyUsage, for operation: String) throws(KeyUnusable) {
        guard self.usage == usage else { throw KeyUnusable(arn, .wrongUsage(self.usage, operation: operation)) }
    }

    /// Throws when the key is to be deleted: it takes no changes then.
    package func requireNotPendingDeletion() throws(KeyUnusable) {
        guard state != .pendingDeletion else { throw KeyUnusable(arn, .pendingDeletion) }
    }

    package mutating func enable() throws(KeyUnusable) {
        try requireNotPendingDeletion()
        state = .enabled
    }

    package mutating func disable() throws(KeyUnusable) {
        try requireNotPendingDeletion()
        state = .disabled
    }

    package mutating func scheduleDeletion(days: Int, from now: Date) throws {
        guard Self.deletionDaysAllowed.contains(days) else {
            throw Fault(.validationException, "PendingWindowInDays must be between 7 and 30, not \(days)")
        }
        try requireNotPendingDeletion()
        state = .pendingDeletion
        deletionAt = now.addingTimeInterval(Double(days) * 86_400)
    }

    /// A key that was saved from deletion is disabled: its owner decides whether it is used again.
    package mutating func cancelDeletion() throws(KeyUnusable) {
        guard state == .pendingDeletion else { throw KeyUnusable(arn, .notPendingDeletion) }
        state = .disabled
        deletionAt = nil
    }
}
