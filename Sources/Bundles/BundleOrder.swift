import Foundation

/// What a bundle is to be made of.
package struct BundleOrder: Sendable {
    /// The name of the image and the prefix of its parts.
    package let name: String
    /// Bytes of the disk.
    package let size: Int64
    /// Where it has data, in order, in whole blocks of 512 bytes; between them are holes. This is what is to be fed.
    package let extents: [Range<Int64>]
    package let key: BundleKey
    /// gzip's, 1 to 9.
    package let level: Int
    let archive: TarWriter

    /// - Parameters:
    ///   - extents: where the disk has data, in order.
    ///   - time: what the archive says that the file was changed at.
    /// - Throws: ``BundleError`` when the format does not hold it.
    package init(name: String, size: Int64, extents: [Range<Int64>], key: BundleKey, level: Int = 6, time: Date) throws(BundleError) {
        guard (1...BundleLimits.imageBytes).contains(size) else {
            throw BundleError("The disk has \(size) bytes; an instance-store image has 1 to \(BundleLimits.imageBytes) (10 GiB).")
        }
        if let problem = PartName.problem(with: name) {
            throw BundleError("The name \(BundleError.quoted(name)) cannot be used: \(problem).")
        }
        guard name.utf8.count <= 100 else { throw BundleError("The name of a bundle has at most 100 bytes.") }
        let blocks = try Self.blocks(extents, size: size)
        var map = SparseMap(size: size)
        for extent in blocks {
            try map.append(SparseMap.Extent(offset: extent.lowerBound, length: extent.upperBound - extent.lowerBound))
        }
        archive = TarWriter(name: name, time: max(0, Int64(time.timeIntervalSince1970)), map: map)
        self.name = name
        self.size = size
        self.extents = blocks
        self.key = key
        self.level = level
    }

    /// The blocks of 512 bytes that the extents touch, joined where they meet.
    private static func blocks(_ extents: [Range<Int64>], size: Int64) throws(BundleError) -> [Range<Int64>] {
        var (result, reached) = ([Range<Int64>](), Int64(0))
        for extent in extents where !extent.isEmpty {
            guard extent.lowerBound >= reached, extent.upperBound <= size else {
                throw BundleError("The disk's extents are not in order or end behind its \(size) bytes.")
            }
            reached = extent.upperBound
            let (start, end) = (extent.lowerBound / 512 * 512, min(size, TarReader.padded(extent.upperBound)))
            if let last = result.last, start <= last.upperBound {
                result[result.count - 1] = last.lowerBound..<end
            } else {
                result.append(start..<end)
            }
        }
        return result
    }

    /// The parts that it makes when nothing compresses, as a bound: deflate adds 5 bytes to at most 16 KiB that do not.
    var mostParts: Int {
        let bytes = archive.totalBytes + archive.totalBytes / 3_000 + 64
        return Int((bytes + Int64(BundleLimits.partBytes) - 1) / Int64(BundleLimits.partBytes))
    }
}
