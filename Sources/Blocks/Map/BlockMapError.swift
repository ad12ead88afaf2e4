/// Why bytes are not a block map, or why a block map cannot be built so.
package enum BlockMapError: Error, Hashable, CustomStringConvertible {
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

    package var description: String {
        switch self {
        case .malformed(let reason): "the block map cannot be read: \(reason)"
        case .unsupportedVersion: "the block map was written by a later version of Ferry"
        case .notAscending(let index): "the block \(index) is out of order"
        case .outsideVolume(let index): "the block \(index) is behind the end of the volume"
        case .volumeSize(let size): "a volume cannot have the size \(size)"
        }
    }
}
