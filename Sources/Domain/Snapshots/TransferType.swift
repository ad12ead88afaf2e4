/// How a snapshot was copied: as fast as possible, or within a time that was asked for (ami-behaviour.md, section 1.9).
package enum TransferType: String, Sendable {
    case standard
    case timeBased = "time-based"
}
