/// The codes of IAM, as its service model has them.
extension FaultCode {
    package static let concurrentModification = FaultCode(rawValue: "ConcurrentModification")
    package static let deleteConflict = FaultCode(rawValue: "DeleteConflict")
    package static let duplicateCertificate = FaultCode(rawValue: "DuplicateCertificate")
    package static let entityAlreadyExists = FaultCode(rawValue: "EntityAlreadyExists")
    package static let entityTemporarilyUnmodifiable = FaultCode(rawValue: "EntityTemporarilyUnmodifiable")
    package static let invalidInput = FaultCode(rawValue: "InvalidInput")
    package static let invalidUserType = FaultCode(rawValue: "InvalidUserType")
    package static let limitExceeded = FaultCode(rawValue: "LimitExceeded")
    package static let malformedIAMPolicy = FaultCode(rawValue: "MalformedPolicyDocument")
    package static let malformedCertificate = FaultCode(rawValue: "MalformedCertificate")
    package static let noSuchEntity = FaultCode(rawValue: "NoSuchEntity")
    package static let passwordPolicyViolation = FaultCode(rawValue: "PasswordPolicyViolation")
    package static let validationError = FaultCode(rawValue: "ValidationError")

    package static let credentialReportExpired = FaultCode(rawValue: "ReportExpired")
    package static let credentialReportNotPresent = FaultCode(rawValue: "ReportNotPresent")
    package static let credentialReportNotReady = FaultCode(rawValue: "ReportInProgress")
}
