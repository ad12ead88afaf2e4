/// What has come of the disks of an archive, and so what may come next.
struct ArchiveOrder: Sendable {
    private var disk: ArchivedDisk?
    /// Blocks of the disk, and of all disks.
    private var blocks: UInt64 = 0
    private var blocksTotal: UInt64 = 0
    private var disks: UInt64 = 0
    private var lastIndex: UInt64?

    mutating func begin(_ next: ArchivedDisk, at offset: UInt64) throws(ArchiveError) {
        try checkWhole(at: offset)
        guard disks < UInt64(ArchiveLimits.disksMax) else {
            throw ArchiveError(.tooLarge, "it has more than \(ArchiveLimits.disksMax) disks", at: offset)
        }
        guard UInt64(next.position) == disks else {
            throw ArchiveError(.malformed, "disk \(next.position) stands where disk \(disks) is expected", at: offset)
        }
        disks += 1
        disk = next
        blocks = 0
        lastIndex = nil
    }

    mutating func add(_ index: UInt64, at offset: UInt64) throws(ArchiveError) {
        guard let disk else { throw ArchiveError(.malformed, "block \(index) stands before the first disk", at: offset) }
        guard index < BlockMapRoot.blocks(in: disk.volumeBytes) else {
            throw ArchiveError(.malformed, "block \(index) lies outside of disk \(disk.position) of \(disk.volumeBytes) bytes", at: offset)
        }
        if let lastIndex, lastIndex >= index {
            throw ArchiveError(.malformed, "block \(index) of disk \(disk.position) stands behind block \(lastIndex)", at: offset)
        }
        guard blocks < disk.blockCount else {
            throw ArchiveError(.malformed, "disk \(disk.position) has more than the \(disk.blockCount) blocks announced", at: offset)
        }
        lastIndex = index
        blocks += 1
        blocksTotal += 1
    }

    func end(disks: UInt64, blocks: UInt64, at offset: UInt64) throws(ArchiveError) {
        try checkWhole(at: offset)
        guard disks == self.disks, blocks == blocksTotal else {
            throw ArchiveError(
                .malformed,
                "the end counts \(disks) disks and \(blocks) blocks, there were \(self.disks) and \(blocksTotal)",
                at: offset
            )
        }
    }

    private func checkWhole(at offset: UInt64) throws(ArchiveError) {
        guard let disk, blocks < disk.blockCount else { return }
        throw ArchiveError(.malformed, "disk \(disk.position) has \(blocks) of the \(disk.blockCount) blocks announced", at: offset)
    }
}
