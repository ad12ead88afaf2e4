/// How much may be copied at once (docs/behaviour/quotas-and-throttling.md, "Quotas").
package enum CopyLimits {
    /// Images that are being copied into one Region.
    package static let imagesPerDestinationMax = 300
    /// Snapshots that CopySnapshot is copying into one Region.
    package static let snapshotsPerDestinationMax = 20

    /// Checks the minutes of a time-based copy.
    package static func checkDuration(minutes: Int, parameter: String) throws {
        guard (15...2880).contains(minutes), minutes.isMultiple(of: 15) else {
            throw Fault(
                .invalidParameterValue,
                "Value (\(minutes)) for parameter \(parameter) is invalid. It must be a multiple of 15 between 15 and 2880 minutes."
            )
        }
    }
}
