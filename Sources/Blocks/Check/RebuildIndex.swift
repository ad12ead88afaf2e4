/// Makes an index anew from the packs alone. The store must not be open.
package struct RebuildIndex: Sendable {
    private let storage: any PackStorage
    private let index: any FrameIndex
    private let previous: (any FrameIndex)?
    private let pool: DiskPool
    private let domains: SealDomains

    package init(
        folder: String,
        index: any FrameIndex,
        replacing previous: (any FrameIndex)? = nil,
        pool: DiskPool,
        domains: SealDomains = SealDomains()
    ) {
        self.init(storage: LocalPackStorage(path: folder + "/packs"), index: index, replacing: previous, pool: pool, domains: domains)
    }

    /// `previous` is the index that is replaced, if it can be read: it says which of two frames is whole that cannot be opened now.
    package init(
        storage: any PackStorage,
        index: any FrameIndex,
        replacing previous: (any FrameIndex)? = nil,
        pool: DiskPool,
        domains: SealDomains = SealDomains()
    ) {
        self.domains = domains
        self.storage = storage
        self.index = index
        self.previous = previous
        self.pool = pool
    }

    /// Reads every pack from front to back. Cut off in the middle, it is finished by the next opening of the store. What the replaced index
    /// names and no pack holds any more is in the report.
    ///
    /// The places of frames that cannot be read are kept, as suspects: by their own headers, or by what the replaced index says of the bytes
    /// that are damaged.
    package func run() async throws -> RecoveryReport {
        let (storage, index, previous, domains) = (storage, index, previous, domains)
        return try await pool.run {
            let packs = PackCache(storage: storage, capacity: 16, domains: domains)
            let lost = try? previous.map { try LostPacks(packs: packs, index: $0).find(among: $0.indexedLengths()) }
            try index.removeAll()
            var report = try Recovery(packs: packs, index: index, isAnew: true, keepsUnreadable: true, previous: previous).run()
            report.lost = lost?.map(\.pack) ?? []
            return report
        }
    }
}
