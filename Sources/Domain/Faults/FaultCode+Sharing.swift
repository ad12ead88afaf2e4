/// The codes of sharing images and snapshots (docs/behaviour/sharing.md).
extension FaultCode {
    package static let invalidUserIDMalformed = FaultCode(rawValue: "InvalidUserID.Malformed")
    package static let invalidImageAttributeItemValue = FaultCode(rawValue: "InvalidAMIAttributeItemValue")
    package static let invalidParameter = FaultCode(rawValue: "InvalidParameter")
}
