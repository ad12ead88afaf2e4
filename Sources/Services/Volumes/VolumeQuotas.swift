import Domain
import Metadata

/// How much an account's volumes of one type may be together in a Region. Read from the directory before the transaction that makes them.
struct VolumeQuotas: Sendable {
    let account: AccountID
    let type: VolumeType
    let storageTiB: Int
    let iops: Int?

    /// - Parameter before: what the volume is counted as already.
    /// - Throws: `Fault` `VolumeLimitExceeded`, `MaxIOPSLimitExceeded`.
    func requireRoom(for shape: VolumeShape, insteadOf before: VolumeShape? = nil, in transaction: Transaction) throws {
        let (usage, before) = (VolumeUsage(transaction), before.flatMap { $0.type == type ? $0 : nil })
        let added = shape.sizeGiB - (before?.sizeGiB ?? 0)
        guard try added <= 0 || usage.storage(of: type, by: account) + added <= storageTiB * 1_024 else {
            throw Quota.tooMuchStorage(storageTiB, of: type)
        }
        let more = (shape.iops ?? 0) - (before?.iops ?? 0)
        guard let iops, more > 0 else { return }
        guard try usage.iops(of: type, by: account) + more <= iops else { throw Quota.tooManyIOPS(iops, of: type) }
    }
}

extension Call {
    func volumeQuotas(_ type: VolumeType) async throws -> VolumeQuotas {
        var iops: Int?
        if let counted = type.iopsQuota { iops = try await quota(counted) }
        return VolumeQuotas(account: account, type: type, storageTiB: try await quota(type.storageQuota), iops: iops)
    }
}
