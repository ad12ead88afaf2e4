import Foundation

/// Whom limits take for one client: an IPv4 address, or the /64 network of an IPv6 address, all of which one host may have.
package struct ClientNetwork: Hashable, Sendable {
    private let bytes: [UInt8]

    /// - Parameter address: nil, or no address at all, is one network: that of whose address is not known.
    package init(of address: String?) { bytes = address.flatMap(IPNetwork.init)?.clientBytes ?? [] }
}

/// A network of IPv4 or IPv6, or a single address: `192.0.2.0/24`, `2001:db8::/32`, `192.0.2.7`.
struct IPNetwork: Hashable, Sendable {
    /// IPv4 stands within IPv6, so that an address written either way is the same.
    private static let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]

    private let address: [UInt8]
    private let bits: Int

    /// Nil for what is neither a network nor an address.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2, let (address, isMapped) = Self.bytes(of: parts[0]) else { return nil }
        self.address = address
        guard parts.count == 2 else {
            bits = 128
            return
        }
        let isNumber = !parts[1].isEmpty && parts[1].utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard isNumber, let length = Int(parts[1]), length <= (isMapped ? 32 : 128) else { return nil }
        bits = isMapped ? length + 96 : length
    }

    private static func bytes(of text: String) -> (bytes: [UInt8], isMapped: Bool)? {
        var bytes = [UInt8](repeating: 0, count: 16)
        if text.contains(":") {
            guard inet_pton(AF_INET6, text, &bytes) == 1 else { return nil }
            return (bytes, false)
        }
        guard inet_pton(AF_INET, text, &bytes) == 1 else { return nil }
        return (mapped + bytes.prefix(4), true)
    }

    /// Whether it has at most 2^24 addresses of IPv4, however they are written, and of IPv6 a prefix of 32 bits at least.
    var isNarrow: Bool {
        guard !address.starts(with: Self.mapped) || bits < 96 else { return bits >= 96 + 8 }
        return bits >= 32 && !contains(Self.allOfIPv4)
    }

    private static let allOfIPv4 = IPNetwork(address: mapped + [0, 0, 0, 0], bits: 96)

    private init(address: [UInt8], bits: Int) {
        self.address = address
        self.bits = bits
    }

    fileprivate var clientBytes: [UInt8] { address.starts(with: Self.mapped) ? address : Array(address.prefix(8)) }

    /// Whether an address is in it. What is no address is in none.
    func contains(_ other: IPNetwork) -> Bool {
        guard other.bits >= bits else { return false }
        let whole = bits / 8
        guard address.prefix(whole) == other.address.prefix(whole) else { return false }
        let mask = UInt8(truncatingIfNeeded: 0xFF00 >> (bits % 8))
        return mask == 0 || address[whole] & mask == other.address[whole] & mask
    }
}
