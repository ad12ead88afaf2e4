/// Of instances and what they are made of.
extension FaultCode {
    package static let incorrectInstanceState = FaultCode(rawValue: "IncorrectInstanceState")
    package static let invalidInstanceType = FaultCode(rawValue: "InvalidInstanceType")
}
