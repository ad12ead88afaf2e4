import Hexadecimal

/// The id of a KMS key: a random UUID in lower case, as `1234abcd-12ab-34cd-56ef-1234567890ab`.
package struct KeyID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package static let byteCount = 16
    /// How many hexadecimal digits stand between the dashes.
    private static let groups = [8, 4, 4, 4, 12]

    package let rawValue: String

    package init?(rawValue: String) {
        let groups = rawValue.split(separator: "-", omittingEmptySubsequences: false)
        guard groups.map(\.utf8.count) == Self.groups else { return nil }
        guard groups.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) } }) else { return nil }
        self.rawValue = rawValue
    }

    /// From the 16 bytes that the digits stand for.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        let digits = Hex.encode(bytes)
        var rest = digits[...]
        var groups: [Substring] = []
        for length in Self.groups {
            groups.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        rawValue = groups.joined(separator: "-")
    }

    package var bytes: [UInt8] {
        let digits = Array(rawValue.utf8.filter { $0 != 0x2d })
        return stride(from: 0, to: digits.count, by: 2).map { Self.value(digits[$0]) << 4 | Self.value(digits[$0 + 1]) }
    }

    private static func value(_ digit: UInt8) -> UInt8 { digit < 0x3a ? digit - 0x30 : digit - 0x61 + 10 }

    /// A new id: a UUID of version 4.
    package static func random(using generator: inout some RandomNumberGenerator) -> KeyID {
        made(of: (0..<byteCount).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }

    package static func random() -> KeyID { made(of: (0..<byteCount).map { _ in .random(in: 0...255) }) }

    private static func made(of bytes: [UInt8]) -> KeyID {
        var bytes = bytes
        bytes[6] = bytes[6] & 0x0f | 0x40
        bytes[8] = bytes[8] & 0x3f | 0x80
        guard let id = KeyID(bytes: bytes) else { preconditionFailure("sixteen bytes make a key id") }
        return id
    }

    package var description: String { rawValue }

    package static func < (left: KeyID, right: KeyID) -> Bool { left.rawValue < right.rawValue }
}
