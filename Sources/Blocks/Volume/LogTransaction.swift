/// What one flush of a layer put into its log: sectors and pages of the map with their bytes, all of them or none.
///
/// Layout (little-endian, docs/formats/volume-overlay.md):
/// ```
/// 0    8   magic "FERRYVL" and 0
/// 8    16  id of the layer
/// 24   8   sequence
/// 32   4   number of images, n, at most 504
/// 36   4   flags; 1: all data that was written before is synced
/// 40   4   CRC32C of all other bytes
/// 44   20  zeros
/// 64   8n  for each image its target: the number of a sector, or of a page of the map with the highest bit set
/// 4096 4096n the images
/// ```
struct LogTransaction: Sendable {
    enum Target: Hashable, Sendable {
        case sector(UInt64)
        case page(UInt64)
    }

    let sequence: UInt64
    let isDataSynced: Bool
    let images: [(target: Target, bytes: ArraySlice<UInt8>)]

    static let magic: [UInt8] = Array("FERRYVL".utf8) + [0]
    static let unit = 4096
    static let imagesMax = (unit - 64) / 8
    private static let pageBit: UInt64 = 1 << 63

    var byteCount: Int { Self.unit * (1 + images.count) }

    init(sequence: UInt64, isDataSynced: Bool, images: [(target: Target, bytes: ArraySlice<UInt8>)]) {
        precondition(images.count <= Self.imagesMax)
        self.sequence = sequence
        self.isDataSynced = isDataSynced
        self.images = images
    }

    func encoded(layer: [UInt8]) -> [UInt8] {
        var bytes = Self.magic + layer
        bytes.reserveCapacity(byteCount)
        bytes.appendLittleEndian(sequence)
        bytes.appendLittleEndian(UInt32(images.count))
        bytes.appendLittleEndian(UInt32(isDataSynced ? 1 : 0))
        bytes += [UInt8](repeating: 0, count: 24)
        for image in images {
            switch image.target {
            case .sector(let number): bytes.appendLittleEndian(number)
            case .page(let number): bytes.appendLittleEndian(number | Self.pageBit)
            }
        }
        bytes += [UInt8](repeating: 0, count: Self.unit - bytes.count)
        for image in images { bytes += image.bytes }
        let checksum = Self.checksum(bytes)
        withUnsafeBytes(of: checksum.littleEndian) { bytes.replaceSubrange(40..<44, with: $0) }
        return bytes
    }

    /// How many bytes the transaction has that begins so, nil when none does.
    static func byteCount(header bytes: [UInt8], layer: [UInt8]) -> Int? {
        guard bytes.count == unit, bytes.starts(with: magic + layer) else { return nil }
        let count = Int(bytes.span.bytes.littleEndian(UInt32.self, at: 32))
        return count <= imagesMax ? unit * (1 + count) : nil
    }

    /// Nil when it is not whole.
    init?(decoding bytes: [UInt8], layer: [UInt8]) {
        guard Self.byteCount(header: Array(bytes.prefix(Self.unit)), layer: layer) == bytes.count else { return nil }
        let span = bytes.span.bytes
        guard span.littleEndian(UInt32.self, at: 40) == Self.checksum(bytes) else { return nil }
        let images = (0..<bytes.count / Self.unit - 1).map { number -> (target: Target, bytes: ArraySlice<UInt8>) in
            let target = span.littleEndian(UInt64.self, at: 64 + 8 * number)
            let place = Self.unit * (1 + number)
            return (
                target & Self.pageBit == 0 ? .sector(target) : .page(target & ~Self.pageBit), bytes[place..<place + Self.unit]
            )
        }
        self.init(
            sequence: span.littleEndian(UInt64.self, at: 24),
            isDataSynced: span.littleEndian(UInt32.self, at: 36) & 1 == 1,
            images: images
        )
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        let span = bytes.span.bytes
        return CRC32C.checksum(span.extracting(0..<40), span.extracting(44..<bytes.count))
    }
}
