import NIOCore

/// The data of a file as it follows its map: the bytes of all extents, one after the other.
struct SparseData {
    private let extents: [SparseMap.Extent]
    private var index = 0
    /// Bytes of the present extent that are done.
    private var done: Int64 = 0
    /// Zeros that fill the last block.
    let padding: Int64

    init(_ map: SparseMap) {
        extents = map.extents
        padding = TarReader.padded(map.dataBytes) - map.dataBytes
        skipFinished()
    }

    var isComplete: Bool { index == extents.count }

    /// As much of the present extent as there is.
    mutating func next(from input: inout ByteBuffer) -> DiskExtent? {
        guard !isComplete else { return nil }
        let extent = extents[index]
        let count = Int(min(Int64(input.readableBytes), extent.length - done))
        guard count > 0, let bytes = input.readSlice(length: count) else { return nil }
        let piece = DiskExtent(offset: extent.offset + done, bytes: bytes)
        done += Int64(count)
        skipFinished()
        return piece
    }

    /// Extents may be empty: tar marks the end of a file that ends in a hole by one.
    private mutating func skipFinished() {
        while index < extents.count, done == extents[index].length {
            index += 1
            done = 0
        }
    }
}
