import Files
import Foundation
import NIOCore

/// A raw disk to be pushed: a regular file, sparse or not, or a block device.
package struct DiskFile: Sendable {
    package let path: String
    /// In bytes.
    package let length: Int64
    let file: OpenFile

    /// Never waits for the other end of a pipe.
    ///
    /// - Throws: ``FileProblem`` when it cannot be opened or is neither a regular file nor a block device.
    package init(opening path: String) throws {
        let opened: DiskDescriptor
        do throws(DiskOpeningFailure) { opened = try DiskDescriptor(opening: path) } catch {
            throw FileProblem("read", path, cause: error.cause)
        }
        file = OpenFile(path, descriptor: opened.number)
        self.path = path
        length = opened.length
    }

    /// The smallest volume that holds the disk.
    package var sizeGiB: Int64 { max(1, (length + (1 << 30) - 1) >> 30) }

    /// Where the disk has data, as far as the file system tells, in order.
    package func extents() throws -> [Range<Int64>] {
        var extents = DiskExtents(file: file, length: length)
        var found: [Range<Int64>] = []
        while let extent = try extents.next(from: found.last?.upperBound ?? 0) { found.append(extent) }
        return found
    }

    /// The bytes of a range; fewer when the file became shorter than it was.
    package func read(_ range: Range<Int64>) throws -> ByteBuffer {
        try file.read(Int(range.upperBound - range.lowerBound), at: range.lowerBound)
    }

    /// Bytes outside holes, counted in whole blocks, as far as the file system tells; blocks of zeros among them are not known yet.
    package func dataBytes() throws -> Int64 {
        var extents = DiskExtents(file: file, length: length)
        var total: Int64 = 0
        var reached: Int64 = 0
        let block = Int64(DiskBlock.size)
        while let extent = try extents.next(from: reached) {
            let start = max(extent.lowerBound / block * block, reached)
            reached = min((extent.upperBound + block - 1) / block * block, (length + block - 1) / block * block)
            total += reached - start
        }
        return total
    }
}

/// Where a file has data, asked of the file system as far as it knows.
struct DiskExtents: Sendable {
    let file: OpenFile
    let length: Int64

    // Linux, `lseek(2)`; they are behind a feature macro that the module map does not set everywhere.
    private static let seekData: Int32 = 3
    private static let seekHole: Int32 = 4

    /// The first range of data that ends behind `offset`, cut to begin there; nil when only a hole follows.
    mutating func next(from offset: Int64) throws -> Range<Int64>? {
        guard offset < length else { return nil }
        let start = lseek(file.descriptor, off_t(offset), Self.seekData)
        if start < 0 {
            switch errno {
            case ENXIO: return nil
            // Block devices and some file systems cannot tell: everything may be data.
            case EINVAL, EOPNOTSUPP, ENOTSUP: return offset..<length
            default: throw FileProblem("read", file.path, errno: errno)
            }
        }
        guard Int64(start) < length else { return nil }
        let end = lseek(file.descriptor, start, Self.seekHole)
        guard end > start else { return Int64(start)..<length }
        return Int64(start)..<min(Int64(end), length)
    }
}
