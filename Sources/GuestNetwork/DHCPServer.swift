/// Gives the guest its address (RFC 2131), and no other to anybody.
///
/// libslirp's own server hands out sixteen, and leaves out the gateway when its network is restricted. No name server is told: nothing beyond
/// the gateway can be reached, and a resolver without a server fails at once instead of waiting.
package struct DHCPServer {
    static let port: UInt16 = 67
    private static let clientPort: UInt16 = 68
    private static let cookie: UInt32 = 0x6382_5363
    private static let leaseSeconds: UInt32 = 3_600
    private static let mtu: UInt16 = 1_500

    private enum Kind: UInt8 {
        case discover = 1
        case offer = 2
        case request = 3
        case acknowledgement = 5
        case refusal = 6
        case inform = 8
    }

    private let identity: GuestIdentity

    package init(_ identity: GuestIdentity) { self.identity = identity }

    /// The frame that answers a message, if it is one to answer.
    package func answer(to message: UnsafeRawBufferPointer) -> [UInt8]? {
        // A request of an Ethernet card, of this card alone.
        guard message.count >= 240, message[0] == 1, message[1] == 1, message[2] == 6, message.number32(at: 236) == Self.cookie,
            message[28..<34].elementsEqual(identity.mac.bytes), let options = Options(message)
        else { return nil }
        switch options.kind.flatMap(Kind.init(rawValue:)) {
        case .discover: return frame(.offer, to: message)
        case .request:
            // For another server's offer: none of ours.
            if let server = options.server, server != identity.gateway { return nil }
            let current = IPv4Address(message.number32(at: 12))
            let wanted = options.wanted ?? (current == .unspecified ? nil : current)
            return frame(wanted == nil || wanted == identity.address ? .acknowledgement : .refusal, to: message)
        case .inform: return frame(.acknowledgement, to: message)
        case .offer, .acknowledgement, .refusal, nil: return nil
        }
    }

    private struct Options {
        private(set) var kind: UInt8?
        private(set) var wanted: IPv4Address?
        private(set) var server: IPv4Address?

        /// Nil when an option ends behind the message.
        init?(_ message: UnsafeRawBufferPointer) {
            var place = 240
            while place < message.count, message[place] != 255 {
                guard message[place] != 0 else {
                    place += 1
                    continue
                }
                guard place + 1 < message.count, place + 2 + Int(message[place + 1]) <= message.count else { return nil }
                let length = Int(message[place + 1])
                switch (message[place], length) {
                case (53, 1): kind = message[place + 2]
                case (50, 4): wanted = IPv4Address(message.number32(at: place + 2))
                case (54, 4): server = IPv4Address(message.number32(at: place + 2))
                default: break
                }
                place += 2 + length
            }
        }
    }

    private func frame(_ kind: Kind, to request: UnsafeRawBufferPointer) -> [UInt8] {
        let given = kind == .refusal ? IPv4Address.unspecified : identity.address
        var message: [UInt8] = [2, 1, 6, 0]
        message += request[4..<8]
        message += [0, 0] + request[10..<12]
        message += request[12..<16] + given.bytes + identity.gateway.bytes + [0, 0, 0, 0]
        message += request[28..<44]
        message += [UInt8](repeating: 0, count: 192)
        message += IPv4Address(Self.cookie).bytes
        message += [53, 1, kind.rawValue, 54, 4] + identity.gateway.bytes
        if kind != .refusal {
            let renewal = Self.leaseSeconds / 2
            message += [51, 4] + IPv4Address(Self.leaseSeconds).bytes + [58, 4] + IPv4Address(renewal).bytes
            message += [1, 4] + identity.mask.bytes + [3, 4] + identity.gateway.bytes
            message += [26, 2, UInt8(Self.mtu >> 8), UInt8(Self.mtu & 0xFF)]
            for (option, text) in [(12, identity.hostname), (15, identity.domain)] as [(UInt8, String)] where !text.isEmpty {
                let bytes = text.utf8.prefix(255)
                message += [option, UInt8(bytes.count)] + bytes
            }
        }
        message.append(255)
        return packet(message)
    }

    /// To everybody: the client has no address yet, and there is no other.
    private func packet(_ message: [UInt8]) -> [UInt8] {
        let datagramBytes = 8 + message.count
        var header: [UInt8] = [0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0] + identity.gateway.bytes + IPv4Address.broadcast.bytes
        header.put(UInt16(20 + datagramBytes), at: 2)
        header.put(InternetChecksum.of(header), at: 10)
        var datagram: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0]
        datagram.put(Self.port, at: 0)
        datagram.put(Self.clientPort, at: 2)
        datagram.put(UInt16(datagramBytes), at: 4)
        return [UInt8](repeating: 0xFF, count: 6) + identity.gatewayMAC.bytes + [0x08, 0x00] + header + datagram + message
    }
}

extension [UInt8] {
    fileprivate mutating func put(_ number: UInt16, at place: Int) {
        self[place] = UInt8(number >> 8)
        self[place + 1] = UInt8(number & 0xFF)
    }
}
