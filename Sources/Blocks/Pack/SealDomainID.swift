import Hexadecimal

/// Names whose key seals a frame: 16 bytes, random but for the open domain, whose bytes are zeros.
package struct SealDomainID: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64

    package static let byteCount = 16
    /// What is not encrypted: the key is in the pack.
    package static let open = SealDomainID(high: 0, low: 0)

    private init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Nil unless there are 16 bytes.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self.init(high: Self.number(bytes.prefix(8)), low: Self.number(bytes.dropFirst(8)))
    }

    private static func number(_ bytes: some Sequence<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

    package var bytes: [UInt8] {
        withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { Array($0) }
    }
}

extension SealDomainID: CustomStringConvertible {
    package var description: String {
        Hex.encode(bytes)
    }
}
