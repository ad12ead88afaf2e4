import Domain
import Metadata

extension Call {
    /// What is in force of a quota for the caller's account, in the call's Region.
    func quota(_ quota: Quota) async throws -> Int { try await self.quota(quota, of: account) }

    /// What is in force for whose account something is that the caller uses.
    func quota(_ quota: Quota, of account: AccountID) async throws -> Int {
        try await deployment.quota(quota, of: account, in: region)
    }

    /// What was granted for a time-based copy of the caller's; nothing for a standard one.
    func timeBasedGrants(isAsked: Bool) async throws -> [AccountID: Throughput] {
        isAsked ? try await deployment.timeBasedGrants(to: [account], in: region) : [:]
    }

    func storageQuotas() async throws -> StorageQuotas { try await deployment.storageQuotas(of: account, in: region) }
}

extension Deployment {
    /// Read each time: what an operator grants holds for the next call.
    func quota(_ quota: Quota, of account: AccountID, in region: Region) async throws -> Int {
        try await directory.read { try QuotaTable($0).value(of: quota, for: account, in: region) }
    }

    /// What operators have granted to some accounts for their time-based copies into a Region.
    func timeBasedGrants(to accounts: Set<AccountID>, in region: Region) async throws -> [AccountID: Throughput] {
        guard !accounts.isEmpty else { return [:] }
        return try await directory.read { transaction in
            try accounts.reduce(into: [:]) { grants, account in
                let granted = try QuotaTable(transaction).granted(to: account, in: region)[Quota.timeBasedThroughput.path]
                grants[account] = granted.map { Throughput.mebibytes(Int64($0)) }
            }
        }
    }

    /// How many images and snapshots an account may have in a Region.
    func storageQuotas(of account: AccountID, in region: Region) async throws -> StorageQuotas {
        try await directory.read { transaction in
            let table = QuotaTable(transaction)
            return StorageQuotas(
                account: account,
                images: try table.value(of: .images, for: account, in: region),
                snapshots: try table.value(of: .snapshots, for: account, in: region)
            )
        }
    }
}

/// How many images and snapshots an account may have in a Region. Read from the directory before the transaction that makes them.
struct StorageQuotas: Sendable {
    let account: AccountID
    let images: Int
    let snapshots: Int

    /// - Throws: `Fault` `ResourceLimitExceeded`.
    func requireRoomForImage(in transaction: Transaction) throws {
        guard try QuotaUsageTable(transaction).count(.image, of: account) < images else { throw Quota.tooManyImages(images) }
    }

    /// - Throws: `Fault` `SnapshotLimitExceeded`.
    func requireRoom(forSnapshots number: Int, in transaction: Transaction) throws {
        guard number > 0 else { return }
        guard try QuotaUsageTable(transaction).count(.snapshot, of: account) + number <= snapshots else {
            throw Quota.tooManySnapshots(snapshots)
        }
    }
}

extension StorageQuotas {
    /// That there is room for what a task will make, so that nobody waits for one that fails in the end.
    func check(_ work: JobWork, in transaction: Transaction) throws {
        switch work {
        case .imageImport(let work):
            try requireRoomForImage(in: transaction)
            try requireRoom(forSnapshots: work.disks.count { $0.snapshot == nil }, in: transaction)
        case .snapshotImport: try requireRoom(forSnapshots: 1, in: transaction)
        case .bundleCheck, .bundleCopy, .imageExport, .imageStore, .imageRestore, .snapshotArchival, .snapshotRestore, .volumeSnapshot:
            break
        }
    }
}
