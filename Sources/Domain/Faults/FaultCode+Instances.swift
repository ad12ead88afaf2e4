/// Of instances and what they are made of.
extension FaultCode {
    package static let addressLimitExceeded = FaultCode(rawValue: "AddressLimitExceeded")
    package static let concurrentCreateImageNoRebootLimitExceeded = FaultCode(rawValue: "ConcurrentCreateImageNoRebootLimitExceeded")
    package static let incorrectInstanceState = FaultCode(rawValue: "IncorrectInstanceState")
    package static let insufficientFreeAddressesInSubnet = FaultCode(rawValue: "InsufficientFreeAddressesInSubnet")
    package static let insufficientInstanceCapacity = FaultCode(rawValue: "InsufficientInstanceCapacity")
    package static let instanceCreditsNotSupported = FaultCode(rawValue: "InstanceCreditSpecification.NotSupported")
    package static let invalidAssociationIDNotFound = FaultCode(rawValue: "InvalidAssociationID.NotFound")
    package static let invalidInstanceAttributeValue = FaultCode(rawValue: "InvalidInstanceAttributeValue")
    package static let invalidInstanceIDMalformed = FaultCode(rawValue: "InvalidInstanceID.Malformed")
    package static let invalidInstanceIDNotFound = FaultCode(rawValue: "InvalidInstanceID.NotFound")
    package static let invalidInstanceType = FaultCode(rawValue: "InvalidInstanceType")
    package static let invalidIPAddressInUse = FaultCode(rawValue: "InvalidIPAddress.InUse")
    package static let unsupported = FaultCode(rawValue: "Unsupported")
    package static let unsupportedHibernation = FaultCode(rawValue: "UnsupportedHibernationConfiguration")
    package static let vCPULimitExceeded = FaultCode(rawValue: "VcpuLimitExceeded")
}
