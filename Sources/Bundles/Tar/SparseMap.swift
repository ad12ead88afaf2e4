/// Where a sparse file has data: extents in order that do not overlap. Between them are holes.
package struct SparseMap: Equatable, Sendable {
    package struct Extent: Equatable, Sendable {
        package var offset: Int64
        package var length: Int64

        package init(offset: Int64, length: Int64) {
            self.offset = offset
            self.length = length
        }

        var end: Int64 { offset + length }
    }

    private(set) var extents: [Extent] = []
    /// Bytes of all extents.
    package private(set) var dataBytes: Int64 = 0
    /// Bytes of the file, with its holes.
    let size: Int64

    package init(size: Int64) { self.size = size }

    /// - Throws: ``BundleError`` for an extent that begins before the last one ends, or ends behind the file, for one that is not made of
    ///   whole blocks, and for one too many.
    package mutating func append(_ extent: Extent) throws(BundleError) {
        guard extent.offset >= extents.last?.end ?? 0, extent.length >= 0, extent.offset <= size, extent.length <= size - extent.offset
        else {
            throw BundleError("The sparse map of the image has extents that overlap or end behind the image.")
        }
        // GNU tar begins each extent on a block of its own and fills up its last one; for others, readers differ in where the next one is.
        guard extent.length == 0 || extent.offset % 512 == 0 && (extent.length % 512 == 0 || extent.end == size) else {
            throw BundleError("The sparse map of the image has extents that are not made of whole blocks of 512 bytes.")
        }
        guard extents.count < BundleLimits.extents else {
            throw BundleError("The sparse map of the image has more than \(BundleLimits.extents) extents.")
        }
        extents.append(extent)
        dataBytes += extent.length
    }
}
