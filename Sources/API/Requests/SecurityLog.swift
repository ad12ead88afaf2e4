import Logging
import Synchronization
import Wire

/// Tells the log, at `info`, what happened to security and to data: who was refused for the signature, what was deleted, and what of keys, of
/// certificates, of access to buckets and of sharing was changed, with account, source address and request id. The one place for all services.
final class SecurityLog: Sendable {
    private let budget = Mutex(LineBudget())
    private let logger: Logger

    init(_ logger: Logger) { self.logger = logger }

    /// - Parameter logger: of the request: what it was found to be stands in its metadata.
    func note(_ request: IncomingRequest, answeredWith status: Int, from address: String, _ logger: Logger) {
        if (200..<300).contains(status) {
            guard case .string(let action)? = logger[metadataKey: "action"],
                let event = SecurityEvent(action: action, of: logger[metadataKey: "service"])
            else { return }
            var logger = logger
            logger[metadataKey: "address"] = "\(address)"
            if logger[metadataKey: "resource"] == nil { logger[metadataKey: "resource"] = "\(request.target.path.encoded.prefix(1024))" }
            event.tell(logger)
        } else if (400..<500).contains(status), logger[metadataKey: "account"] == nil, request.hasSignature {
            var logger = logger
            logger[metadataKey: "address"] = "\(address)"
            refused(status, from: address, logger)
        }
    }

    private func refused(_ status: Int, from address: String, _ logger: Logger) {
        switch budget.withLock({ $0.spend(from: address, at: .now) }) {
        case .told: logger.info("Refused a signature", metadata: ["status": "\(status)"])
        case .firstUntold:
            logger.notice("Refusing more signatures than are told one by one: for a minute they are only counted")
            Task { [weak self] in
                try? await Task.sleep(for: LineBudget.window)
                self?.tellUntold()
            }
        case .untold: break
        }
    }

    private func tellUntold() {
        let count = budget.withLock { $0.takeUntold() }
        if count > 0 { logger.info("Refused signatures that were not told one by one", metadata: ["count": "\(count)"]) }
    }
}

/// What of the calls that were obeyed is told.
private enum SecurityEvent {
    case deletion, keyChange, accessChange, sharingChange, networkChange, protectionChange, settingChange, identityChange, accountChange

    private static let deletions: Set<String> = [
        "DeregisterImage", "DeleteSnapshot", "DeleteVolume", "CancelImportTask", "CancelExportTask", "DeleteBucket", "DeleteObject",
        "DeleteObjects",
        "AbortMultipartUpload", "DeleteAlias", "ScheduleKeyDeletion", "DeleteRule", "DeleteImageUsageReport",
        "DeleteKeyPair", "DeleteSecurityGroup", "TerminateInstances",
    ]
    private static let keyChanges: Set<String> = [
        "CreateKey", "EnableKey", "DisableKey", "CancelKeyDeletion", "PutKeyPolicy", "CreateGrant", "RevokeGrant", "RetireGrant",
        "CreateAlias",
        "UpdateAlias", "EnableKeyRotation", "DisableKeyRotation", "RotateKeyOnDemand", "UploadSigningCertificate",
        "UpdateSigningCertificate",
        "DeleteSigningCertificate", "EnableEbsEncryptionByDefault", "DisableEbsEncryptionByDefault", "ModifyEbsDefaultKmsKeyId",
        "ResetEbsDefaultKmsKeyId",
    ]
    private static let accessChanges: Set<String> = [
        "PutBucketPolicy", "DeleteBucketPolicy", "PutBucketEncryption", "DeleteBucketEncryption", "PutBucketAcl", "PutObjectAcl",
        "PutPublicAccessBlock", "DeletePublicAccessBlock", "PutBucketOwnershipControls", "DeleteBucketOwnershipControls",
        "PutBucketVersioning",
    ]

    private static let protectionChanges: Set<String> = [
        "DisableImage", "EnableImage", "EnableImageDeregistrationProtection", "DisableImageDeregistrationProtection", "LockSnapshot",
        "UnlockSnapshot", "RestoreImageFromRecycleBin", "RestoreSnapshotFromRecycleBin", "CreateRule", "UpdateRule", "LockRule",
        "UnlockRule", "ModifySnapshotTier", "RestoreSnapshotTier",
    ]
    private static let sharingChanges: Set<String> = [
        "CancelImageLaunchPermission", "DisableAllowedImagesSettings", "DisableImageBlockPublicAccess", "DisableSnapshotBlockPublicAccess",
        "EnableAllowedImagesSettings", "EnableImageBlockPublicAccess", "EnableSnapshotBlockPublicAccess", "ModifyImageAttribute",
        "ModifySnapshotAttribute", "ReplaceImageCriteriaInAllowedImagesSettings", "ResetImageAttribute", "ResetSnapshotAttribute",
    ]

    /// Who gets into machines.
    private static let networkChanges: Set<String> = [
        "AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress", "CreateKeyPair", "CreateSecurityGroup", "ImportKeyPair",
        "ModifySecurityGroupRules", "RevokeSecurityGroupEgress", "RevokeSecurityGroupIngress",
    ]

    private static let settingChanges: Set<String> = ["DenyQuotaRequest", "GrantQuotaRequest", "ModifyThrottling", "SetQuota"]
    private static let accountChanges: Set<String> = [
        "AttachPolicy", "CloseAccount", "CreateAccount", "CreateRootAccessKey", "DetachPolicy", "DisablePolicyType", "EnablePolicyType",
        "MoveAccount", "UpdatePolicy",
    ]

    /// What IAM does beside is a change of who may do what.
    private static let readsOfIAM = ["Generate", "Get", "List", "Simulate"]

    /// Nil for what is not told.
    init?(action: String, of service: Logger.MetadataValue?) {
        if Self.deletions.contains(action) {
            self = .deletion
        } else if Self.keyChanges.contains(action) {
            self = .keyChange
        } else if Self.accessChanges.contains(action) {
            self = .accessChange
        } else if Self.protectionChanges.contains(action) {
            self = .protectionChange
        } else if Self.sharingChanges.contains(action) {
            self = .sharingChange
        } else if Self.networkChanges.contains(action) {
            self = .networkChange
        } else if Self.settingChanges.contains(action) {
            self = .settingChange
        } else if Self.accountChanges.contains(action) {
            self = .accountChange
        } else if service == "iam", !Self.readsOfIAM.contains(where: action.hasPrefix) {
            self = .identityChange
        } else {
            return nil
        }
    }

    func tell(_ logger: Logger) {
        switch self {
        case .deletion: logger.info("Deleted something as asked")
        case .keyChange: logger.info("Changed keys as asked")
        case .accessChange: logger.info("Changed a bucket's access or protection as asked")
        case .protectionChange: logger.info("Changed what protects images and snapshots as asked")
        case .sharingChange: logger.info("Changed attributes or the sharing of images or snapshots as asked")
        case .networkChange: logger.info("Changed key pairs or security groups as asked")
        case .accountChange: logger.info("Changed accounts, or what they may do, as asked")
        case .settingChange: logger.info("Changed a setting of the server as asked")
        case .identityChange: logger.info("Changed identities or policies as asked")
        }
    }
}

/// How many lines strangers may cause: a few from each address in a minute, and not many from all of them. The rest is counted.
private struct LineBudget {
    enum Line {
        case told, firstUntold, untold
    }

    static let window = Duration.seconds(60)
    private static let perAddress = 10
    private static let inAll = 100

    private var start = ContinuousClock.now
    /// Never more addresses than lines.
    private var told: [String: Int] = [:]
    private var toldInAll = 0
    private var untold = 0

    /// - Returns: what becomes of the line.
    mutating func spend(from address: String, at now: ContinuousClock.Instant) -> Line {
        if now - start >= Self.window {
            (start, told, toldInAll) = (now, [:], 0)
        }
        guard toldInAll < Self.inAll, told[address, default: 0] < Self.perAddress else {
            untold += 1
            return untold == 1 ? .firstUntold : .untold
        }
        told[address, default: 0] += 1
        toldInAll += 1
        return .told
    }

    /// How many lines were counted and not told, which are told by this.
    mutating func takeUntold() -> Int {
        defer { untold = 0 }
        return untold
    }
}
