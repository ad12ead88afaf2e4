import Foundation

/// A block of addresses of IPv4 or IPv6 in its canonical form, as `10.0.0.0/8` or `2001:db8::/32`.
///
/// Bits behind the length are taken for zeros, as EC2 does (docs/behaviour/network.md, "Rules").
package struct AddressBlock: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String
    private let bytes: [UInt8]
    private let length: Int

    package static let everything = AddressBlock([0, 0, 0, 0], 0)
    /// The addresses of the host itself.
    package static let loopback = AddressBlock([127, 0, 0, 0], 8)

    /// Nil for what is no block: the length is needed.
    package init?(rawValue text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let length = Int(parts[1]), String(length) == parts[1] else { return nil }
        let isIPv6 = parts[0].contains(":")
        var bytes = [UInt8](repeating: 0, count: isIPv6 ? 16 : 4)
        guard (0...bytes.count * 8).contains(length), inet_pton(isIPv6 ? AF_INET6 : AF_INET, parts[0], &bytes) == 1 else { return nil }
        self.init(bytes, length)
    }

    private init(_ bytes: [UInt8], _ length: Int) {
        let masked = bytes.enumerated().map { index, byte in
            byte & UInt8(truncatingIfNeeded: 0xFF00 >> max(0, min(8, length - index * 8)))
        }
        self.bytes = masked
        self.length = length
        rawValue = "\(Self.text(of: masked))/\(length)"
    }

    package var isIPv6: Bool { bytes.count == 16 }
    package var description: String { rawValue }

    /// Whether an address is in both.
    package func overlaps(_ other: AddressBlock) -> Bool {
        guard isIPv6 == other.isIPv6 else { return false }
        let shared = min(length, other.length)
        return AddressBlock(bytes, shared).bytes == AddressBlock(other.bytes, shared).bytes
    }

    private static func text(of bytes: [UInt8]) -> String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        inet_ntop(bytes.count == 16 ? AF_INET6 : AF_INET, bytes, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
