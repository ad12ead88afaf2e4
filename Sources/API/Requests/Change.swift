import Logging

/// What a call changes when it is obeyed, as the log tells of it. By the action's name alone, so that none can be forgotten: whatever does not
/// begin with a verb that changes nothing is told.
enum Change: Sendable {
    case deletion, keys, access, protection, sharing, network, settings, identities, sessions, accounts, other

    /// Verbs of actions that leave everything as it is. `PathTests` proves it of each action.
    private static let unchanging: Set<String> = [
        "Decode", "Decrypt", "Derive", "Describe", "Encrypt", "Estimate", "Generate", "Get", "Head", "List", "ReEncrypt", "Sign",
        "Simulate",
        "Verify",
    ]
    private static let deleting: Set<String> = ["Abort", "Delete", "Deregister", "ScheduleKeyDeletion", "Terminate"]

    /// By what the name of an action of EC2, EBS, the Recycle Bin or S3 speaks of, the first that is found.
    private static let subjects: [(words: [String], change: Change)] = [
        (["EbsEncryption", "EbsDefaultKmsKeyId"], .keys),
        (["BlockPublicAccess", "AllowedImages", "LaunchPermission", "ImageAttribute", "SnapshotAttribute"], .sharing),
        (["KeyPair", "SecurityGroup"], .network),
        (["BucketPolicy", "BucketEncryption", "Acl", "PublicAccessBlock", "OwnershipControls", "BucketVersioning"], .access),
        (["Protection", "Lock", "Unlock", "RecycleBin", "SnapshotTier", "Rule"], .protection),
    ]
    /// Whether an image can be used at all.
    private static let ofImages: Set<String> = ["DisableImage", "EnableImage"]

    /// Nil for an action that changes nothing.
    init?(_ action: String, of service: String) {
        func begins(with verbs: Set<String>) -> Bool {
            verbs.contains { action.hasPrefix($0) && action.dropFirst($0.count).first?.isLowercase != true }
        }
        let givesKeys = service == "sts" && (action.hasPrefix("AssumeRole") || action.hasSuffix("Token"))
        guard givesKeys || !begins(with: Self.unchanging) else { return nil }
        let subject = Self.subjects.first { $0.words.contains { action.contains($0) } }?.change
        self =
            switch service {
            // To take a policy from a bucket opens or closes it.
            case "s3" where subject == .access: .access
            case _ where begins(with: Self.deleting) && service != "iam" && service != "organizations": .deletion
            case "kms": .keys
            case "iam": .identities
            case "organizations": .accounts
            case "sts": .sessions
            case "ferry" where action.contains("ConsoleSession"): .sessions
            case "ferry", "servicequotas": .settings
            case _ where Self.ofImages.contains(action): .protection
            // A task that is cancelled leaves nothing of what it has made.
            case _ where action.hasPrefix("Cancel") && action.hasSuffix("Task"): .deletion
            default: subject ?? .other
            }
    }

    func tell(_ logger: Logger) {
        switch self {
        case .deletion: logger.info("Deleted something as asked")
        case .keys: logger.info("Changed keys as asked")
        case .access: logger.info("Changed a bucket's access or protection as asked")
        case .protection: logger.info("Changed what protects images and snapshots as asked")
        case .sharing: logger.info("Changed attributes or the sharing of images or snapshots as asked")
        case .network: logger.info("Changed key pairs or security groups as asked")
        case .accounts: logger.info("Changed accounts, or what they may do, as asked")
        case .settings: logger.info("Changed a setting of the server as asked")
        case .identities: logger.info("Changed identities or policies as asked")
        case .sessions: logger.info("Gave out temporary keys as asked")
        case .other: logger.info("Changed something as asked")
        }
    }
}
