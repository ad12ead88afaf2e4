/// Why bytes are not a block map, or why a block map cannot be built so.
package enum BlockMapError: Error, Hashable {
    /// The encoding is not the one and only encoding of a page or root.
    case malformed(String)
    /// A magic of a later version.
    case unsupportedVersion
    /// Block indexes must ascend.
    case notAscending(index: UInt64)
    /// The block lies behind the end of the volume.
    case outsideVolume(index: UInt64)
    /// More than 64 TiB, or smaller than the parent it is laid over.
    case volumeSize(UInt64)
}
