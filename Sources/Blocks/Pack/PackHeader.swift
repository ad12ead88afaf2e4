/// The start of a pack.
///
/// Layout (little-endian, docs/formats/pack.md):
/// ```
/// 0   8   magic "FERRYPK" and 0
/// 8   2   version, 1
/// 10  2   zeros
/// 12  4   offset of the first frame, 8192
/// 16  16  pack id, as in the file's name
/// 32  32  key of the open domain, random, in clear
/// 64  8   creation time, ms since 1970
/// 72  4   CRC32C of the 72 bytes before
/// ```
/// It stands twice, at 0 and at 4096: no frame of the pack can be opened without its key, so the key must survive the loss of
/// one page of the disk.
package struct PackHeader: Equatable, Sendable {
    let id: PackID
    let openKey: [UInt8]
    let createdMilliseconds: UInt64

    static let magic: [UInt8] = Array("FERRYPK".utf8) + [0]
    static let version: UInt16 = 1
    static let bytes = 76
    package static let copies: [UInt64] = [0, 4096]
    /// Where the first frame stands.
    package static let firstFrame: UInt64 = 8192

    package init(id: PackID, openKey: [UInt8], createdMilliseconds: UInt64) {
        precondition(openKey.count == 32)
        self.id = id
        self.openKey = openKey
        self.createdMilliseconds = createdMilliseconds
    }

    /// One copy of the header.
    package var encoded: [UInt8] {
        var bytes = Self.magic
        bytes.appendLittleEndian(Self.version)
        bytes.appendLittleEndian(UInt16(0))
        bytes.appendLittleEndian(UInt32(Self.firstFrame))
        bytes += id.bytes
        bytes += openKey
        bytes.appendLittleEndian(createdMilliseconds)
        bytes.appendLittleEndian(CRC32C.checksum(bytes))
        return bytes
    }

    /// Everything before the first frame.
    package var preamble: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Int(Self.firstFrame))
        let header = encoded
        for place in Self.copies { bytes.replaceSubrange(Int(place)..<Int(place) + header.count, with: header) }
        return bytes
    }

    /// Reads one copy; says in words what is wrong with it.
    package init(decoding bytes: [UInt8]) throws(FrameDamage) {
        guard bytes.count == Self.bytes else { throw .packHeader("cut off") }
        guard bytes.starts(with: Self.magic) else { throw .packHeader("no magic") }
        let span = bytes.span.bytes
        guard span.littleEndian(UInt32.self, at: 72) == CRC32C.checksum(bytes[..<72]) else { throw .packHeader("checksum") }
        guard span.littleEndian(UInt16.self, at: 8) == Self.version,
            span.littleEndian(UInt32.self, at: 12) == UInt32(Self.firstFrame),
            let id = PackID(bytes: bytes[16..<32])
        else { throw .packHeader("unknown version \(span.littleEndian(UInt16.self, at: 8))") }
        self.init(id: id, openKey: Array(bytes[32..<64]), createdMilliseconds: span.littleEndian(UInt64.self, at: 64))
    }
}
