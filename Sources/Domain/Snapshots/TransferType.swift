/// How a snapshot was copied: as fast as possible, or within a time that was asked for (docs/behaviour/time-based-copies.md,
/// "What shows it").
package enum TransferType: String, Sendable {
    case standard
    case timeBased = "time-based"
}
