/// The codes of STS.
extension FaultCode {
    package static let accessDeniedBySTS = FaultCode(rawValue: "AccessDenied")
    package static let packedPolicyTooLarge = FaultCode(rawValue: "PackedPolicyTooLarge")
    package static let invalidAuthorizationMessage = FaultCode(rawValue: "InvalidAuthorizationMessageException")
}
