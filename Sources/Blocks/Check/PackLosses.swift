/// Looks for packs that are gone or cut though an index names frames in them. Changes nothing.
package enum PackLosses {
    /// - Parameter folder: of the packs.
    package static func find(in folder: String, by index: any FrameIndex) throws -> [RecoveryReport.Lost] {
        let packs = PackCache(storage: LocalPackStorage(path: folder), capacity: 1, domains: SealDomains())
        return try LostPacks(packs: packs, index: index).find(among: index.indexedLengths()).map(\.pack)
    }
}
