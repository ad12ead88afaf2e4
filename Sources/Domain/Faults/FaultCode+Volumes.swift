/// Of volumes and their snapshots.
extension FaultCode {
    package static let attachmentLimitExceeded = FaultCode(rawValue: "AttachmentLimitExceeded")
    package static let concurrentSnapshotLimitExceeded = FaultCode(rawValue: "ConcurrentSnapshotLimitExceeded")
    package static let incorrectModificationState = FaultCode(rawValue: "IncorrectModificationState")
    package static let invalidAttachmentNotFound = FaultCode(rawValue: "InvalidAttachment.NotFound")
    package static let invalidVolumeIDMalformed = FaultCode(rawValue: "InvalidVolumeID.Malformed")
    package static let invalidVolumeModificationNotFound = FaultCode(rawValue: "InvalidVolumeModification.NotFound")
    package static let invalidVolumeNotFound = FaultCode(rawValue: "InvalidVolume.NotFound")
    package static let invalidVolumeZoneMismatch = FaultCode(rawValue: "InvalidVolume.ZoneMismatch")
    package static let invalidZoneNotFound = FaultCode(rawValue: "InvalidZone.NotFound")
    package static let maxIOPSLimitExceeded = FaultCode(rawValue: "MaxIOPSLimitExceeded")
    package static let pendingSnapshotLimitExceeded = FaultCode(rawValue: "PendingSnapshotLimitExceeded")
    package static let volumeInUse = FaultCode(rawValue: "VolumeInUse")
    package static let volumeLimitExceeded = FaultCode(rawValue: "VolumeLimitExceeded")
    package static let volumeModificationRateExceeded = FaultCode(rawValue: "VolumeModificationRateExceeded")
}
