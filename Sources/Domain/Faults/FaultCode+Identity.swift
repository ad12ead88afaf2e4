/// The codes of IAM.
extension FaultCode {
    package static let duplicateCertificate = FaultCode(rawValue: "DuplicateCertificate")
    package static let invalidInput = FaultCode(rawValue: "InvalidInput")
    package static let limitExceeded = FaultCode(rawValue: "LimitExceeded")
    package static let malformedIAMPolicy = FaultCode(rawValue: "MalformedPolicyDocument")
    package static let malformedCertificate = FaultCode(rawValue: "MalformedCertificate")
    package static let noSuchEntity = FaultCode(rawValue: "NoSuchEntity")
    package static let validationError = FaultCode(rawValue: "ValidationError")
}
