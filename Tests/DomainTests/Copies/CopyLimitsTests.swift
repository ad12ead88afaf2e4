import Domain
import Testing

@Suite struct CopyLimitsTests {
    @Test(arguments: [15, 30, 45, 60, 1440, 2865, 2880])
    func takesQuarterHoursUpToTwoDays(_ minutes: Int) throws {
        try CopyLimits.checkDuration(minutes: minutes, parameter: "P")
    }

    @Test(arguments: [Int.min, -15, -1, 0, 1, 14, 16, 2879, 2881, 2895, Int.max])
    func refusesAnythingElse(_ minutes: Int) {
        let fault = #expect(throws: Fault.self) { try CopyLimits.checkDuration(minutes: minutes, parameter: "CompletionDurationMinutes") }
        #expect(fault?.code == .invalidParameterValue)
        #expect(
            fault?.message
                == "Value (\(minutes)) for parameter CompletionDurationMinutes is invalid. "
                + "It must be a multiple of 15 between 15 and 2880 minutes."
        )
    }
}
