/// The unit of storage, transfer and comparison: the block of the EBS direct APIs.
package enum BlockSize {
    /// 512 KiB.
    package static let bytes = 524_288
    /// How many consecutive blocks one block map page covers: 512 MiB of disk.
    package static let blocksPerPage = 1_024
}
