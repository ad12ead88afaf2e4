/// The states of a KMS key that Ferry knows.
package enum KeyState: String, Sendable {
    case enabled = "Enabled"
    case disabled = "Disabled"
    case pendingDeletion = "PendingDeletion"
}
