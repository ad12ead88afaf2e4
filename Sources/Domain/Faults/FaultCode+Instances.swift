/// Of instances and what they are made of.
extension FaultCode {
    package static let incorrectInstanceState = FaultCode(rawValue: "IncorrectInstanceState")
    package static let invalidInstanceIDMalformed = FaultCode(rawValue: "InvalidInstanceID.Malformed")
    package static let invalidInstanceIDNotFound = FaultCode(rawValue: "InvalidInstanceID.NotFound")
    package static let invalidInstanceType = FaultCode(rawValue: "InvalidInstanceType")
}
