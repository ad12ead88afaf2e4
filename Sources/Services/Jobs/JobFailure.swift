import Domain

/// A job needs a Region that is not served now: it waits until it is again, however long.
struct RegionNotServed: Error, CustomStringConvertible {
    let region: Region

    var description: String { "waiting for the Region \(region), which this server does not serve now" }
}

/// What an error means for a job: the reason that users are shown, and whether trying again can help.
struct JobFailure: Sendable {
    let reason: StateReason
    let isTemporary: Bool

    init(_ error: any Error, in region: Region) {
        if let fault = error as? Fault {
            // What was asked for cannot be: the bundle is not valid, the bucket is gone.
            reason = StateReason(code: "Client.\(fault.code.rawValue)", message: fault.message)
            isTemporary = false
        } else {
            let failure = WorkFailure(error, "The work", reading: "What was to be read", into: region, remedy: "try again")
            reason = failure.reason
            // A disk that cannot be read may be read later, and a job has all the time that its user has.
            isTemporary = failure.isTemporary || reason.code == "Server.InternalError"
        }
    }
}
