/// The codes of STS.
extension FaultCode {
    package static let packedPolicyTooLarge = FaultCode(rawValue: "PackedPolicyTooLarge")
    package static let invalidIdentityToken = FaultCode(rawValue: "InvalidIdentityToken")
    package static let expiredIdentityToken = FaultCode(rawValue: "ExpiredTokenException")
    package static let idpCommunicationError = FaultCode(rawValue: "IDPCommunicationError")
    package static let invalidAuthorizationMessage = FaultCode(rawValue: "InvalidAuthorizationMessageException")
}
