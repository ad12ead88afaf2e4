import NIOCore

/// The map of a PAX 1.0 sparse file: the number of extents, then offset and length of each, a decimal number a line, filled up to a block.
struct PaxMapReader {
    private var map: SparseMap
    private var line: [UInt8] = []
    private var extents: Int64?
    private var offset: Int64?
    /// What was read so far; whole blocks when the map is complete.
    private(set) var bytes: Int64 = 0

    init(size: Int64) { map = SparseMap(size: size) }

    /// The map when it is complete; nil when that takes more input.
    mutating func next(from input: inout ByteBuffer) throws(BundleError) -> SparseMap? {
        while extents.map({ $0 > map.extents.count }) ?? true {
            guard let byte = input.readInteger(as: UInt8.self) else { return nil }
            bytes += 1
            if byte == 0x0A {
                try take(PaxRecords.number(line[...]))
                line.removeAll(keepingCapacity: true)
            } else {
                guard line.count < 20 else { throw PaxRecords.malformed }
                line.append(byte)
            }
        }
        let padding = min(Int64(input.readableBytes), TarReader.padded(bytes) - bytes)
        input.moveReaderIndex(forwardBy: Int(padding))
        bytes += padding
        return bytes == TarReader.padded(bytes) ? map : nil
    }

    private mutating func take(_ number: Int64) throws(BundleError) {
        if extents == nil {
            extents = number
        } else if let start = offset {
            try map.append(SparseMap.Extent(offset: start, length: number))
            offset = nil
        } else {
            offset = number
        }
    }
}
