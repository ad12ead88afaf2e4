import Domain

extension SnapshotCopy {
    /// The copy that fills a pending snapshot.
    ///
    /// - Parameters:
    ///   - root: of the source's block map.
    ///   - image: what it is copied for; nil when CopySnapshot was called.
    ///   - reason: why it will fail, when the call knew already.
    init(
        filling copied: Snapshot,
        from source: Snapshot,
        in region: Region,
        root: [UInt8],
        of image: ImageID?,
        failingFor reason: StateReason?
    ) {
        self.init(
            id: .random(),
            snapshotID: copied.id,
            account: copied.owner,
            imageID: image,
            sourceRegion: region,
            sourceSnapshotID: source.id,
            sourceRoot: root,
            sourceDomain: source.encryption?.domain,
            createdAt: copied.startedAt,
            target: copied.completionMinutes.map { CompletionTarget(minutes: $0) },
            progress: Progress(bytesTotal: source.dataBytes ?? 0),
            reason: reason
        )
    }
}
