/// What a copy may ask for.
package enum CopyLimits {
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
