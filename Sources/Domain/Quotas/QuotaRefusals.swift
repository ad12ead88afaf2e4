/// What is said of a quota that is full, in the words of the service whose it is.
extension Quota {
    /// - Parameter max: what is in force.
    package static func tooManyImages(_ max: Int) -> Fault {
        Fault(
            .resourceLimitExceeded,
            """
            You have reached your quota of \(max) for the number of images allowed in this Region. Deregister unused images or request an \
            increase in your images quota.
            """
        )
    }

    package static func tooManyVCPUs(_ max: Int) -> Fault {
        Fault(
            .vCPULimitExceeded,
            """
            You have requested more vCPU capacity than your current vCPU limit of \(max) allows for the instance bucket that the specified \
            instance type belongs to. Terminate instances or request an increase in your quota.
            """
        )
    }

    package static func tooManySnapshots(_ max: Int) -> Fault {
        Fault(
            .snapshotLimitExceeded,
            "You have reached your quota of \(max) snapshots in this Region. Delete unused snapshots or request an increase in your quota."
        )
    }

    /// - Parameter max: TiB that are in force.
    package static func tooMuchStorage(_ max: Int, of type: VolumeType) -> Fault {
        Fault(
            .volumeLimitExceeded,
            """
            You have exceeded your maximum \(type.rawValue) storage limit of \(max) TiB in this region. Delete volumes or request an \
            increase in your quota.
            """
        )
    }

    package static func tooManyIOPS(_ max: Int, of type: VolumeType) -> Fault {
        Fault(
            .maxIOPSLimitExceeded,
            """
            You have exceeded your maximum provisioned IOPS of \(max) for \(type.rawValue) volumes in this region. Delete volumes or \
            request an increase in your quota.
            """
        )
    }
}

/// The codes of Service Quotas.
extension FaultCode {
    package static let noSuchQuota = FaultCode(rawValue: "NoSuchResourceException")
    package static let illegalArgument = FaultCode(rawValue: "IllegalArgumentException")
    package static let tooManyQuotaRequests = FaultCode(rawValue: "QuotaExceededException")
    package static let quotaRequestExists = FaultCode(rawValue: "ResourceAlreadyExistsException")
    package static let invalidQuotaState = FaultCode(rawValue: "InvalidResourceStateException")
    package static let invalidPaginationToken = FaultCode(rawValue: "InvalidPaginationTokenException")
}
