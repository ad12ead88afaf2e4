/// Two snapshots that are looked at side by side, in whichever Regions they are.
package struct SnapshotPair: Sendable {
    package var left: BlockReader
    package var right: BlockReader
    /// Pairs of blocks in flight.
    package var window: Int

    package init(left: BlockReader, right: BlockReader, window: Int) {
        self.left = left
        self.right = right
        self.window = window
    }

    /// The blocks that one of them holds, each beside the other's at its place, ascending.
    var blocks: BlockMerge<BlockListing<ListedBlock>, BlockListing<ListedBlock>> {
        BlockMerge(
            left.client.blocks(of: left.snapshotID, region: left.region),
            right.client.blocks(of: right.snapshotID, region: right.region)
        )
    }
}
