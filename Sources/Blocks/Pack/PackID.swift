import Hexadecimal

/// The name of a pack: 16 random bytes.
package struct PackID: Hashable, Comparable, Sendable {
    private let high: UInt64
    private let low: UInt64

    package static let byteCount = 16

    /// A new name, from the system's random numbers.
    package static func random() -> PackID { PackID(high: .random(in: .min ... .max), low: .random(in: .min ... .max)) }

    private init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Nil unless there are 16 bytes.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        let span = Array(bytes)
        high = span.span.bytes.bigEndianWord(at: 0)
        low = span.span.bytes.bigEndianWord(at: 8)
    }

    /// The name of the file of a pack, `<32 hexadecimal digits>.pack`; nil for any other name.
    package init?(fileName: String) {
        guard fileName.hasSuffix(".pack"), let bytes = Hex.decode(fileName.dropLast(5).utf8) else { return nil }
        self.init(bytes: bytes)
        guard self.fileName == fileName else { return nil }
    }

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendBigEndian(high)
        bytes.appendBigEndian(low)
        return bytes
    }

    package var fileName: String { "\(self).pack" }

    package static func < (left: PackID, right: PackID) -> Bool { (left.high, left.low) < (right.high, right.low) }
}

extension PackID: CustomStringConvertible {
    package var description: String { Hex.encode(bytes) }
}
