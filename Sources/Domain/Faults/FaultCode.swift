/// The codes of EC2 and of the EBS direct APIs (docs/behaviour/requests.md, "Codes and statuses of EC2").
package struct FaultCode: RawRepresentable, Hashable, Sendable {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
    private init(_ rawValue: String) { self.rawValue = rawValue }

    // The caller and the call. IAM, S3 and STS refuse by the first code, and what speaks JSON by the second.
    package static let accessDenied = FaultCode("AccessDenied")
    package static let accessDeniedException = FaultCode("AccessDeniedException")
    package static let authFailure = FaultCode("AuthFailure")
    package static let dryRunOperation = FaultCode("DryRunOperation")
    package static let idempotentParameterMismatch = FaultCode("IdempotentParameterMismatch")
    package static let internalError = FaultCode("InternalError")
    package static let invalidAction = FaultCode("InvalidAction")
    package static let invalidParameterCombination = FaultCode("InvalidParameterCombination")
    package static let invalidParameterDependency = FaultCode("InvalidParameterDependency")
    package static let invalidParameterValue = FaultCode("InvalidParameterValue")
    package static let invalidRequest = FaultCode("InvalidRequest")
    package static let invalidNextToken = FaultCode("InvalidNextToken")
    package static let missingParameter = FaultCode("MissingParameter")
    package static let noSuchVersion = FaultCode("NoSuchVersion")
    package static let resourceLimitExceeded = FaultCode("ResourceLimitExceeded")
    package static let unauthorizedOperation = FaultCode("UnauthorizedOperation")
    package static let unsupportedOperation = FaultCode("UnsupportedOperation")
    package static let filterLimitExceeded = FaultCode("FilterLimitExceeded")
    package static let incorrectState = FaultCode("IncorrectState")
    package static let operationNotPermitted = FaultCode("OperationNotPermitted")

    // Images.
    package static let invalidImageIDMalformed = FaultCode("InvalidAMIID.Malformed")
    package static let invalidImageIDNotFound = FaultCode("InvalidAMIID.NotFound")
    package static let invalidImageIDUnavailable = FaultCode("InvalidAMIID.Unavailable")
    package static let invalidImageNameDuplicate = FaultCode("InvalidAMIName.Duplicate")
    package static let invalidImageNameMalformed = FaultCode("InvalidAMIName.Malformed")
    package static let invalidManifest = FaultCode("InvalidManifest")
    package static let invalidBlockDeviceMapping = FaultCode("InvalidBlockDeviceMapping")

    // Reports of who uses an image.
    package static let invalidReportIDMalformed = FaultCode("InvalidImageUsageReportId.Malformed")
    package static let invalidReportIDNotFound = FaultCode("InvalidImageUsageReportId.NotFound")

    // Tasks.
    package static let invalidTaskID = FaultCode("InvalidConversionTaskId")
    package static let invalidTaskIDMalformed = FaultCode("InvalidConversionTaskId.Malformed")
    package static let invalidExportTaskIDMalformed = FaultCode("InvalidExportTaskID.Malformed")
    package static let invalidExportTaskIDNotFound = FaultCode("InvalidExportTaskID.NotFound")

    // Snapshots.
    package static let invalidSnapshotIDMalformed = FaultCode("InvalidSnapshotID.Malformed")
    package static let invalidSnapshotNotFound = FaultCode("InvalidSnapshot.NotFound")
    package static let snapshotLimitExceeded = FaultCode("SnapshotLimitExceeded")
    package static let invalidSnapshotInUse = FaultCode("InvalidSnapshot.InUse")

    // Keys of snapshots.
    package static let invalidKMSKeyState = FaultCode("InvalidKMSKey.InvalidState")

    // Tags.
    package static let invalidID = FaultCode("InvalidID")
    package static let invalidTagKeyMalformed = FaultCode("InvalidTagKey.Malformed")
    package static let tagLimitExceeded = FaultCode("TagLimitExceeded")

    // EBS direct.
    package static let validationException = FaultCode("ValidationException")
    package static let resourceNotFoundException = FaultCode("ResourceNotFoundException")
    package static let conflictException = FaultCode("ConflictException")
    package static let concurrentLimitExceededException = FaultCode("ConcurrentLimitExceededException")
    package static let serviceQuotaExceededException = FaultCode("ServiceQuotaExceededException")
}
