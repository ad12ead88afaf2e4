/// The quotas that Ferry has, with the names, codes and defaults of AWS. What can be granted is bounded by what Ferry holds in memory, or by what
/// AWS grants.
extension Quota {
    // Images.
    package static let images = Quota(.ec2, "L-B665C33B", "AMIs", 50_000, upTo: 1_000_000)
    package static let publicImages = Quota(.ec2, "L-0E3CBAB9", "Public AMIs", 5, upTo: 10_000)
    package static let imageSharing = Quota(.ec2, "L-70015FFA", "AMI sharing", 1_000, upTo: 10_000)
    package static let imageCopies = Quota(.ec2, "F-IMAGECOPIES", "Concurrent AMI copies per destination Region", 300, upTo: 3_000)
    package static let imageUsageReports = Quota(.ec2, "F-IMAGEUSAGEREPORTS", "AMI usage reports", 2_000, upTo: 20_000)

    // Instances.
    package static let instanceVCPUs = Quota(
        .ec2,
        "L-1216C47A",
        "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
        64,
        upTo: 10_000
    )

    // The network.
    package static let keyPairs = Quota(.ec2, "F-KEYPAIRS", "Key pairs per Region", 5_000, upTo: 20_000)
    package static let securityGroups = Quota(.vpc, "L-E79EC296", "VPC security groups per Region", 2_500, upTo: 10_000)
    /// In each direction, for IPv4 and for IPv6.
    package static let rulesOfGroup = Quota(.vpc, "L-0EA8095F", "Inbound or outbound rules per security group", 60, upTo: 200)
    package static let groupsOfInterface = Quota(.vpc, "L-2AFB9258", "Security groups per network interface", 5, upTo: 16)

    // Snapshots.
    package static let snapshots = Quota(.ebs, "L-309BACF6", "Snapshots per Region", 100_000, upTo: 2_000_000)
    package static let snapshotCopies = Quota(
        .ebs,
        "F-SNAPSHOTCOPIES",
        "Concurrent snapshot copies per destination Region",
        20,
        upTo: 1_000
    )
    package static let pendingSnapshots = Quota(.ebs, "L-94D7AB7D", "Pending snapshots per account", 100, upTo: 1_000)
    /// A lineage of snapshots stands for the volume.
    package static let archivedSnapshots = Quota(.ebs, "L-E20676C1", "Archived snapshots per volume", 25, upTo: 10_000)
    package static let snapshotArchives = Quota(.ebs, "L-3A0E616D", "In-progress snapshot archives per account", 25, upTo: 1_000)
    package static let snapshotRestores = Quota(
        .ebs,
        "L-07399329",
        "In-progress snapshot restores from archive per account",
        5,
        upTo: 1_000
    )
    /// From each other Region; `ferry serve --time-based-quota` says how much it is for accounts to which nothing was granted.
    package static let timeBasedThroughput = Quota(
        .ebs,
        "L-E137849C",
        "Cumulative snapshot copy throughput for time-based copies",
        2_000,
        upTo: 100_000,
        unit: "Megabytes/Second"
    )

    // Volumes: what they are large together, in TiB, and the operations a second that are provisioned.
    package static let gp2Storage = Quota(.ebs, "L-D18FCD1D", "Storage for General Purpose SSD (gp2) volumes, in TiB", 50, upTo: 20_000)
    package static let gp3Storage = Quota(.ebs, "L-7A658B76", "Storage for General Purpose SSD (gp3) volumes, in TiB", 50, upTo: 20_000)
    package static let io1Storage = Quota(.ebs, "L-FD252861", "Storage for Provisioned IOPS SSD (io1) volumes, in TiB", 50, upTo: 20_000)
    package static let io2Storage = Quota(.ebs, "L-09BD8365", "Storage for Provisioned IOPS SSD (io2) volumes, in TiB", 20, upTo: 20_000)
    package static let st1Storage = Quota(
        .ebs,
        "L-82ACEF56",
        "Storage for Throughput Optimized HDD (st1) volumes, in TiB",
        50,
        upTo: 20_000
    )
    package static let sc1Storage = Quota(.ebs, "L-17AF77E8", "Storage for Cold HDD (sc1) volumes, in TiB", 50, upTo: 20_000)
    package static let standardStorage = Quota(.ebs, "L-9CF3C2EB", "Storage for Magnetic (standard) volumes, in TiB", 50, upTo: 20_000)
    package static let io1IOPS = Quota(.ebs, "L-B3A130E6", "IOPS for Provisioned IOPS SSD (io1) volumes", 300_000, upTo: 10_000_000)
    package static let io2IOPS = Quota(.ebs, "L-8D977E7E", "IOPS for Provisioned IOPS SSD (io2) volumes", 100_000, upTo: 10_000_000)

    // The Recycle Bin.
    package static let retentionRules = Quota(.rbin, "F-RETENTIONRULES", "Retention rules per Region", 250)

    // Keys.
    package static let keys = Quota(.kms, "L-C2F1777E", "Customer Master Keys (CMKs)", 100_000, upTo: 1_000_000)
    package static let aliasesOfKey = Quota(.kms, "L-340F62FB", "Aliases per CMK", 50, upTo: 1_000)
    package static let grantsOfKey = Quota(.kms, "L-D594A657", "Grants per CMK", 50_000, upTo: 500_000)

    // Buckets.
    package static let buckets = Quota(.s3, "L-DC2B2D3D", "General purpose buckets", 10_000, upTo: 100_000, per: .account)

    // IAM.
    package static let users = Quota(.iam, "L-F55AF5E4", "Users per account", 5_000, per: .account)
    package static let groups = Quota(.iam, "L-F4A5425F", "Groups per account", 300, upTo: 500, per: .account)
    package static let roles = Quota(.iam, "L-FE177D64", "Roles per account", 1_000, upTo: 5_000, per: .account)
    package static let instanceProfiles = Quota(.iam, "L-6E65F664", "Instance profiles per account", 1_000, upTo: 5_000, per: .account)
    package static let managedPolicies = Quota(
        .iam,
        "L-E95E4862",
        "Customer managed policies per account",
        1_500,
        upTo: 5_000,
        per: .account
    )
    package static let policiesOfUser = Quota(.iam, "L-4019AD8B", "Managed policies per user", 10, upTo: 20, per: .account)
    package static let policiesOfGroup = Quota(.iam, "L-384571C4", "Managed policies attached to an IAM group", 10, per: .account)
    package static let policiesOfRole = Quota(.iam, "L-0DA4ABF3", "Managed policies per role", 10, upTo: 25, per: .account)
    package static let openIDProviders = Quota(.iam, "L-858F3967", "OpenId connect providers per account", 100, upTo: 700, per: .account)
    package static let versionsOfPolicy = Quota(.iam, "F-POLICYVERSIONS", "Versions per managed policy", 5, per: .account)
    package static let groupsOfUser = Quota(.iam, "F-GROUPSPERUSER", "IAM groups per user", 10, per: .account)
    package static let accessKeysOfUser = Quota(.iam, "L-8758042E", "Access keys per user", 2, per: .account)
    package static let certificatesOfUser = Quota(.iam, "F-SIGNINGCERTIFICATES", "X.509 signing certificates per user", 2, per: .account)

    // Accounts.
    package static let accounts = Quota(
        .organizations,
        "L-E619E033",
        "Default maximum number of accounts",
        OrganizationLimits.accounts,
        per: .account
    )

    package static let all: [Quota] = [
        images, publicImages, imageSharing, imageCopies, imageUsageReports, snapshots, snapshotCopies, pendingSnapshots,
        archivedSnapshots, snapshotArchives, snapshotRestores, timeBasedThroughput,
        gp2Storage, gp3Storage, io1Storage, io2Storage, st1Storage, sc1Storage, standardStorage, io1IOPS, io2IOPS,
        instanceVCPUs, keyPairs, securityGroups, rulesOfGroup, groupsOfInterface, retentionRules, keys, aliasesOfKey, grantsOfKey, buckets,
        users, groups,
        roles, instanceProfiles, managedPolicies, policiesOfUser,
        policiesOfGroup, policiesOfRole, openIDProviders, versionsOfPolicy, groupsOfUser, accessKeysOfUser, certificatesOfUser, accounts,
    ]
}

extension IAMIdentity.Kind {
    /// How many an account may have.
    package var quota: Quota {
        switch self {
        case .user: .users
        case .group: .groups
        case .role: .roles
        case .instanceProfile: .instanceProfiles
        }
    }

    /// How many managed policies one may have attached; nil for what has none.
    package var policiesQuota: Quota? {
        switch self {
        case .user: .policiesOfUser
        case .group: .policiesOfGroup
        case .role: .policiesOfRole
        case .instanceProfile: nil
        }
    }
}

extension VolumeType {
    /// How large the volumes of the type may be together, in TiB.
    package var storageQuota: Quota {
        switch self {
        case .standard: .standardStorage
        case .gp2: .gp2Storage
        case .gp3: .gp3Storage
        case .io1: .io1Storage
        case .io2: .io2Storage
        case .st1: .st1Storage
        case .sc1: .sc1Storage
        }
    }

    /// How many operations a second may be provisioned for them together; nil where none are counted.
    package var iopsQuota: Quota? {
        switch self {
        case .io1: .io1IOPS
        case .io2: .io2IOPS
        case .standard, .gp2, .gp3, .st1, .sc1: nil
        }
    }
}
