/// How often an account may call each action of a Region (docs/behaviour/quotas-and-throttling.md, "Throttling").
package enum ThrottlingProfile: String, CaseIterable, Sendable {
    /// Far above what a pipeline needs, and low enough that one account cannot take the server from the others.
    case protect
    /// The published rates of EC2 and of EBS direct, to see how tools take them. Other services are not limited.
    case aws
    case off

    /// - Parameters:
    ///   - service: as signatures name it.
    ///   - isUnbounded: whether a listing is asked for whole, without ids, filters or the size of a page.
    /// - Returns: nil where there is no limit.
    package func rate(service: String, action: String, isUnbounded: Bool) -> CallRate? {
        switch self {
        case .off: nil
        case _ where service == "sts" && Self.bearerActions.contains(action): Self.bearers
        case .protect: Self.carriesBytes(service, action) ? Self.bytes : Self.isReading(action) ? Self.reading : Self.changing
        case .aws:
            switch service {
            case "ec2": Self.ec2(action, isUnbounded: isUnbounded)
            case "ebs": Self.ebs[action]
            default: nil
            }
        }
    }

    /// How many resources an account may make or change with an action, apart from its calls; nil where they are not counted.
    package func resourceRate(service: String, action: String) -> CallRate? {
        self == .aws && service == "ec2" ? Self.ec2Resources[action] : nil
    }

    /// Those of STS in which a token tells who calls: an address has a part of it, as large as a CI system behind one needs.
    private static let bearerActions: Set<String> = ["AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"]
    private static let bearers = CallRate(burst: 5_000, perSecond: 500)
    private static let bytes = CallRate(burst: 20_000, perSecond: 5_000)
    private static let reading = CallRate(burst: 10_000, perSecond: 1_000)
    private static let changing = CallRate(burst: 2_000, perSecond: 200)

    /// Blocks, objects and their parts: as many as a disk has.
    private static func carriesBytes(_ service: String, _ action: String) -> Bool {
        service == "s3" && (action.contains("Object") || action.contains("Part")) || service == "ebs" && action.hasSuffix("Block")
    }

    private static func isReading(_ action: String) -> Bool {
        ["Describe", "Get", "List", "Head"].contains(where: action.hasPrefix)
    }

    private static func ec2(_ action: String, isUnbounded: Bool) -> CallRate {
        if let rate = ec2[action] { return rate }
        guard isReading(action) else { return CallRate(burst: 50, perSecond: 5) }
        return isUnbounded ? CallRate(burst: 50, perSecond: 10) : CallRate(burst: 100, perSecond: 20)
    }

    /// Those that have rates of their own.
    private static let ec2: [String: CallRate] = [
        "CopyImage": CallRate(burst: 100, perSecond: 1),
        "CreateRestoreImageTask": CallRate(burst: 50, perSecond: 0.1),
        "CreateSnapshot": CallRate(burst: 100, perSecond: 5),
        "CreateSnapshots": CallRate(burst: 100, perSecond: 5),
        "CreateStoreImageTask": CallRate(burst: 50, perSecond: 0.1),
        "CreateTags": CallRate(burst: 100, perSecond: 10),
        "CreateVolume": CallRate(burst: 100, perSecond: 5),
        "DeleteSnapshot": CallRate(burst: 100, perSecond: 5),
        "DeregisterImage": CallRate(burst: 100, perSecond: 5),
        "DescribeStoreImageTasks": CallRate(burst: 50, perSecond: 0.5),
        "DisableImageBlockPublicAccess": CallRate(burst: 1, perSecond: 0.1),
        "DisableSnapshotBlockPublicAccess": CallRate(burst: 1, perSecond: 0.1),
        "EnableImageBlockPublicAccess": CallRate(burst: 1, perSecond: 0.1),
        "EnableSnapshotBlockPublicAccess": CallRate(burst: 1, perSecond: 0.1),
        "ModifyImageAttribute": CallRate(burst: 100, perSecond: 5),
        "ModifySnapshotAttribute": CallRate(burst: 100, perSecond: 5),
    ]

    /// Instances: as many calls as their own rate allows may share them.
    private static let ec2Resources: [String: CallRate] = [
        "RunInstances": CallRate(burst: 1_000, perSecond: 2),
        "StartInstances": CallRate(burst: 1_000, perSecond: 2),
        "StopInstances": CallRate(burst: 1_000, perSecond: 20),
        "TerminateInstances": CallRate(burst: 1_000, perSecond: 20),
    ]

    /// Requests a second, as the quotas of EBS direct have them; the burst is a second's.
    private static let ebs: [String: CallRate] = [
        "CompleteSnapshot": CallRate(burst: 10, perSecond: 10),
        "GetSnapshotBlock": CallRate(burst: 1_000, perSecond: 1_000),
        "ListChangedBlocks": CallRate(burst: 50, perSecond: 50),
        "ListSnapshotBlocks": CallRate(burst: 50, perSecond: 50),
        "PutSnapshotBlock": CallRate(burst: 1_000, perSecond: 1_000),
        "StartSnapshot": CallRate(burst: 10, perSecond: 10),
    ]
}
