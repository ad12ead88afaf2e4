/// What went wrong with a request, in the terms of the caller: a code that clients switch on, a message for people, and the cause for the log.
///
/// Codes and messages are those of docs/behaviour/README.md and its pages, because clients match on both.
package struct Fault: Error, Sendable, CustomStringConvertible {
    package let code: FaultCode
    package let message: String
    /// The second, finer code that the EBS direct APIs send as `Reason`.
    package let reason: String?
    /// What S3 tells beside the message, by the names of its elements: `Key`, `PartNumber`. Other dialects have no room for it.
    package let details: [String: String]
    /// What lies beneath; logged, never sent.
    package let cause: (any Error)?

    package init(
        _ code: FaultCode,
        _ message: String,
        reason: String? = nil,
        details: [String: String] = [:],
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.reason = reason
        self.details = details
        self.cause = cause
    }

    package var description: String { "\(code.rawValue): \(message)" }
}
