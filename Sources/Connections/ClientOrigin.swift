import Glibc
import NIOCore

/// Where a client comes from, as far as places and memory are shared by it: an IPv4 address, or the /64 network of an IPv6 address, all of which
/// one host may have. All whose address is not known are one.
package struct ClientOrigin: Hashable, Sendable {
    private static let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]

    private let bytes: [UInt8]

    package init(of address: SocketAddress?) {
        guard let text = address?.ipAddress else {
            bytes = []
            return
        }
        var all = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &all) == 1 {
            bytes = Array(all.prefix(4))
        } else if inet_pton(AF_INET6, text, &all) == 1 {
            bytes = all.starts(with: Self.mapped) ? Array(all.suffix(4)) : Array(all.prefix(8))
        } else {
            bytes = []
        }
    }
}
