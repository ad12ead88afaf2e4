import Hexadecimal

/// An IPv4 address, as a number whose first byte on the wire is its highest.
package struct IPv4Address: Hashable, Sendable, CustomStringConvertible {
    package let number: UInt32

    package init(_ number: UInt32) { self.number = number }

    /// Four decimal numbers; nil for any other text.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var number: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let byte = UInt8(part) else {
                return nil
            }
            number = number << 8 | UInt32(byte)
        }
        self.number = number
    }

    package var description: String { bytes.map(String.init).joined(separator: ".") }

    package var bytes: [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) } }

    package var isLoopback: Bool { number >> 24 == 127 }

    /// Where the instance metadata service is, in every guest.
    package static let metadata = IPv4Address(0xA9FE_A9FE)
    static let unspecified = IPv4Address(0)
    static let broadcast = IPv4Address(.max)
}

/// The address of a network card.
package struct MACAddress: Hashable, Sendable, CustomStringConvertible {
    package let bytes: [UInt8]

    init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    /// Six pairs of hexadecimal digits; nil for any other text, and for an address of a group.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let bytes = parts.compactMap { $0.utf8.count == 2 ? UInt8($0, radix: 16) : nil }
        guard parts.count == 6, bytes.count == 6, bytes[0] & 1 == 0 else { return nil }
        self.bytes = bytes
    }

    package var description: String {
        Hex.colons(bytes)
    }
}

/// Who a guest is on its network. There is nobody else on it.
package struct GuestIdentity: Hashable, Sendable {
    package let mac: MACAddress
    package let address: IPv4Address
    package let prefixLength: Int
    package let gateway: IPv4Address
    package let hostname: String
    package let domain: String

    package init(mac: MACAddress, address: IPv4Address, prefixLength: Int, gateway: IPv4Address, hostname: String, domain: String) {
        self.mac = mac
        self.address = address
        self.prefixLength = prefixLength
        self.gateway = gateway
        self.hostname = hostname
        self.domain = domain
    }

    /// The gateway's card, as libslirp names it.
    var gatewayMAC: MACAddress { MACAddress([0x52, 0x55] + gateway.bytes) }

    var mask: IPv4Address { IPv4Address(prefixLength == 0 ? 0 : UInt32.max << (32 - UInt32(prefixLength))) }
}
