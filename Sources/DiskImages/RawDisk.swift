import Foundation

/// A raw disk in a file, with its holes. Its calls block.
package final class RawDisk: Sendable {
    package let length: Int64
    private let file: ImageFile

    package init(opening path: String) throws(DiskImageError) {
        file = try ImageFile(opening: path)
        length = file.length
    }

    /// Up to `count` bytes at `offset`, fewer only at the end.
    package func read(_ count: Int, at offset: Int64) throws(DiskImageError) -> [UInt8] { try file.read(count, at: offset) }

    /// Where the next data begin at or behind `offset`, as far as the file system knows; nil when there are none.
    package func data(from offset: Int64) throws(DiskImageError) -> Int64? { try file.data(from: offset) }
}
