/// The start of a layer's map file.
///
/// Layout (little-endian, docs/formats/volume-overlay.md):
/// ```
/// 0   8   magic "FERRYVM" and 0
/// 8   2   version, 1
/// 10  6   zeros
/// 16  16  id of the layer, random
/// 32  8   number of the layer
/// 40  16  domain whose key seals the sectors; zeros: they are plain
/// 56  4   CRC32C of the 56 bytes before
/// ```
/// It stands twice, at 0 and at 4096: nothing of the layer can be opened without its id.
struct LayerHeader: Hashable, Sendable {
    let id: [UInt8]
    let number: UInt64
    let domain: SealDomainID

    static let magic: [UInt8] = Array("FERRYVM".utf8) + [0]
    static let version: UInt16 = 1
    static let bytes = 60
    static let copies: [UInt64] = [0, 4096]
    /// Where the first page of the map stands.
    static let firstPage: UInt64 = 8192

    /// Of a new layer.
    static func random(number: UInt64, domain: SealDomainID) -> LayerHeader {
        var id: [UInt8] = []
        for _ in 0..<2 { id.appendLittleEndian(UInt64.random(in: .min ... .max)) }
        return LayerHeader(id: id, number: number, domain: domain)
    }

    var encoded: [UInt8] {
        var bytes = Self.magic
        bytes.appendLittleEndian(Self.version)
        bytes += [UInt8](repeating: 0, count: 6)
        bytes += id
        bytes.appendLittleEndian(number)
        bytes += domain.bytes
        bytes.appendLittleEndian(CRC32C.checksum(bytes))
        return bytes
    }

    /// Everything before the first page.
    var preamble: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Int(Self.firstPage))
        let header = encoded
        for place in Self.copies { bytes.replaceSubrange(Int(place)..<Int(place) + header.count, with: header) }
        return bytes
    }

    init(id: [UInt8], number: UInt64, domain: SealDomainID) {
        precondition(id.count == 16)
        self.id = id
        self.number = number
        self.domain = domain
    }

    /// Reads one copy; nil when it is not whole.
    init?(decoding bytes: [UInt8]) throws(VolumeError) {
        let span = bytes.span.bytes
        guard bytes.count == Self.bytes, bytes.starts(with: Self.magic),
            span.littleEndian(UInt32.self, at: 56) == CRC32C.checksum(bytes[..<56])
        else { return nil }
        let version = span.littleEndian(UInt16.self, at: 8)
        guard version == Self.version, let domain = SealDomainID(bytes: bytes[40..<56]) else {
            throw VolumeError(.damaged, "a layer of a volume has the unknown version \(version)")
        }
        self.init(id: Array(bytes[16..<32]), number: span.littleEndian(UInt64.self, at: 32), domain: domain)
    }
}
