import Hexadecimal

/// The id of a domain: what an account's snapshots under one KMS key in a Region are sealed in, so that they share blocks.
///
/// Random, 16 bytes; as text 32 hexadecimal digits, which is what EC2 shows as `dataEncryptionKeyId`.
package struct DomainID: RawRepresentable, Hashable, Sendable, Codable, CustomStringConvertible {
    package static let byteCount = 16

    package let bytes: [UInt8]

    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    package init?(rawValue: String) {
        let digits = Array(rawValue.utf8)
        guard digits.count == 2 * Self.byteCount else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Self.value(digits[index]), let low = Self.value(digits[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        self.bytes = bytes
    }

    package var rawValue: String { Hex.encode(bytes) }

    package var description: String { rawValue }

    package static func random() -> DomainID {
        guard let id = DomainID(bytes: (0..<byteCount).map { _ in UInt8.random(in: 0...255) }) else {
            preconditionFailure("sixteen bytes make the id of a domain")
        }
        return id
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }
}
