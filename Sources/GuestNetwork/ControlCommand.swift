/// What is asked for over the control socket, a line each:
///
///     forward 127.1.2.3 22 22      listen there, and lead to that port of the guest
///     unforward 127.1.2.3 22
///     forwards                     which there are
///     hops 1                       over which a token of the metadata service goes, 1 to 64
///
/// The answer is one line: `ok`, or `ok` and what was asked for, or `error`, errno and a text.
package enum ControlCommand: Hashable {
    static let mostBytes = 128

    case add(Forward)
    case remove(address: IPv4Address, port: UInt16)
    case list
    case limitTokens(hops: UInt8)

    /// Nil for anything else, an address of another network than 127.0.0.0/8 included: a guest is never put before strangers.
    package init?(_ line: some StringProtocol) {
        let words = line.split(separator: " ")
        switch (words.first, words.count) {
        case ("forward", 4):
            guard let address = Self.address(words[1]), let port = Self.port(words[2]), let guest = Self.port(words[3]) else { return nil }
            self = .add(Forward(address: address, port: port, guestPort: guest))
        case ("unforward", 3):
            guard let address = Self.address(words[1]), let port = Self.port(words[2]) else { return nil }
            self = .remove(address: address, port: port)
        case ("forwards", 1): self = .list
        case ("hops", 2):
            guard let hops = UInt8(words[1]), (1...HopLimit.standard).contains(hops) else { return nil }
            self = .limitTokens(hops: hops)
        default: return nil
        }
    }

    private static func address(_ text: some StringProtocol) -> IPv4Address? { IPv4Address(text).flatMap { $0.isLoopback ? $0 : nil } }
    private static func port(_ text: some StringProtocol) -> UInt16? { UInt16(text).flatMap { $0 > 0 ? $0 : nil } }
}

/// A port of the host that leads to one of the guest, TCP.
package struct Forward: Hashable, Sendable, CustomStringConvertible {
    package let address: IPv4Address
    package let port: UInt16
    package let guestPort: UInt16

    package init(address: IPv4Address, port: UInt16, guestPort: UInt16) {
        self.address = address
        self.port = port
        self.guestPort = guestPort
    }

    /// As it is listed: `127.1.2.3:22=22`.
    package var description: String { "\(address):\(port)=\(guestPort)" }

    package init?(listed text: some StringProtocol) {
        let sides = text.split(separator: "=", omittingEmptySubsequences: false)
        guard sides.count == 2, let guest = UInt16(sides[1]), let colon = sides[0].lastIndex(of: ":"),
            let address = IPv4Address(sides[0][..<colon]), let port = UInt16(sides[0][sides[0].index(after: colon)...])
        else { return nil }
        self.init(address: address, port: port, guestPort: guest)
    }
}
