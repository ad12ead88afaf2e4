import Files

/// What a layer holds of 127 consecutive blocks of its volume.
///
/// Layout (little-endian, docs/formats/volume-overlay.md):
/// ```
/// 0   16   id of the layer
/// 16  8    number of the page
/// 24  4    zeros
/// 28  4    CRC32C of all other bytes
/// 32  4064 for each block: written sectors, 128 bits; zeroed sectors, 128 bits
/// ```
struct LayerMapPage: Hashable, Sendable {
    /// For each block the written sectors, then the zeroed ones.
    private var bits = [UInt128](repeating: 0, count: 2 * blocks)

    static let blocks = 127
    static let bytes = 4096
    private static let header = 32

    /// Of a block of the page, in 0 ..< 127.
    subscript(slot: Int) -> SectorBits {
        get { SectorBits(written: bits[2 * slot], zeroed: bits[2 * slot + 1]) }
        set {
            bits[2 * slot] = newValue.written
            bits[2 * slot + 1] = newValue.zeroed
        }
    }

    init() {}

    func encoded(number: UInt64, layer: [UInt8]) -> [UInt8] {
        var bytes = layer
        bytes.reserveCapacity(Self.bytes)
        bytes.appendLittleEndian(number)
        bytes.appendLittleEndian(UInt64(0))
        for word in bits { bytes.appendLittleEndian(word) }
        let checksum = Self.checksum(bytes)
        withUnsafeBytes(of: checksum.littleEndian) { bytes.replaceSubrange(28..<32, with: $0) }
        return bytes
    }

    /// A page where nothing but zeros stands has never been written, and covers nothing. Nil when the page is not whole.
    init?(decoding bytes: [UInt8], number: UInt64, layer: [UInt8]) {
        let span = bytes.span.bytes
        guard bytes.count == Self.bytes else { return nil }
        if ByteScan.isZero(span) { return }
        guard bytes.starts(with: layer), span.littleEndian(UInt64.self, at: 16) == number,
            span.littleEndian(UInt32.self, at: 28) == Self.checksum(bytes)
        else { return nil }
        for word in bits.indices { bits[word] = span.littleEndian(UInt128.self, at: Self.header + word * 16) }
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        let span = bytes.span.bytes
        return CRC32C.checksum(span.extracting(0..<28), span.extracting(header..<Self.bytes))
    }
}
