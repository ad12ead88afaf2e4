/// The codes of Organizations.
extension FaultCode {
    package static let accountAlreadyClosed = FaultCode(rawValue: "AccountAlreadyClosedException")
    package static let accountNotFound = FaultCode(rawValue: "AccountNotFoundException")
    package static let accountNotRegistered = FaultCode(rawValue: "AccountNotRegisteredException")
    package static let alreadyInOrganization = FaultCode(rawValue: "AlreadyInOrganizationException")
    package static let childNotFound = FaultCode(rawValue: "ChildNotFoundException")
    package static let constraintViolation = FaultCode(rawValue: "ConstraintViolationException")
    package static let createAccountStatusNotFound = FaultCode(rawValue: "CreateAccountStatusNotFoundException")
    package static let destinationParentNotFound = FaultCode(rawValue: "DestinationParentNotFoundException")
    package static let duplicateAccount = FaultCode(rawValue: "DuplicateAccountException")
    package static let duplicateOrganizationalUnit = FaultCode(rawValue: "DuplicateOrganizationalUnitException")
    package static let duplicatePolicy = FaultCode(rawValue: "DuplicatePolicyException")
    package static let duplicatePolicyAttachment = FaultCode(rawValue: "DuplicatePolicyAttachmentException")
    package static let invalidOrganizationInput = FaultCode(rawValue: "InvalidInputException")
    package static let noOrganization = FaultCode(rawValue: "AWSOrganizationsNotInUseException")
    package static let noResourcePolicy = FaultCode(rawValue: "ResourcePolicyNotFoundException")
    package static let organizationNotEmpty = FaultCode(rawValue: "OrganizationNotEmptyException")
    package static let organizationalUnitNotEmpty = FaultCode(rawValue: "OrganizationalUnitNotEmptyException")
    package static let organizationalUnitNotFound = FaultCode(rawValue: "OrganizationalUnitNotFoundException")
    package static let parentNotFound = FaultCode(rawValue: "ParentNotFoundException")
    package static let policyInUse = FaultCode(rawValue: "PolicyInUseException")
    package static let policyNotAttached = FaultCode(rawValue: "PolicyNotAttachedException")
    package static let policyNotFound = FaultCode(rawValue: "PolicyNotFoundException")
    package static let policyTypeAlreadyEnabled = FaultCode(rawValue: "PolicyTypeAlreadyEnabledException")
    package static let policyTypeNotAvailable = FaultCode(rawValue: "PolicyTypeNotAvailableForOrganizationException")
    package static let policyTypeNotEnabled = FaultCode(rawValue: "PolicyTypeNotEnabledException")
    package static let rootNotFound = FaultCode(rawValue: "RootNotFoundException")
    package static let sourceParentNotFound = FaultCode(rawValue: "SourceParentNotFoundException")
    package static let targetNotFound = FaultCode(rawValue: "TargetNotFoundException")
}

/// Refusals of Organizations that several of its actions give.
extension Fault {
    package static let notManagementAccount = Fault(
        .accessDeniedException,
        "You don't have permissions to access this resource."
    )
    package static let noSuchAccount = Fault(.accountNotFound, "You specified an account that doesn't exist.")
    package static let noSuchUnit = Fault(.organizationalUnitNotFound, "You specified an organizational unit that doesn't exist.")
    package static let noSuchParent = Fault(.parentNotFound, "You specified a parent that doesn't exist.")
    package static let noSuchPolicy = Fault(.policyNotFound, "You specified a policy that doesn't exist.")
    package static let noSuchTarget = Fault(.targetNotFound, "You specified a target that doesn't exist.")

    package static func constraint(_ reason: String, _ message: String) -> Fault {
        Fault(.constraintViolation, message, reason: reason)
    }
}
