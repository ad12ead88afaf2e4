/// Decides which of a guest's Ethernet frames go on.
///
/// The guest may be hostile, and libslirp is large: it gets nothing but ARP and whole TCP segments between the guest's own address and the two that
/// answer on its network. All else (IPv6, UDP, ICMP, fragments, the names of others) ends here; DHCP is answered by ``DHCPServer``.
package struct FrameGate {
    package enum Verdict: Hashable {
        case pass
        /// A request for an address: what stands behind its UDP header.
        case dhcp(Range<Int>)
        case drop
    }

    /// What libslirp takes at most: its MTU and the header of Ethernet.
    static let mostBytes = 1_514

    private let identity: GuestIdentity

    package init(_ identity: GuestIdentity) { self.identity = identity }

    package func verdict(on frame: UnsafeRawBufferPointer) -> Verdict {
        guard (14...Self.mostBytes).contains(frame.count), frame[6..<12].elementsEqual(identity.mac.bytes) else { return .drop }
        switch frame.number16(at: 12) {
        case 0x0806: return isHonestARP(frame) ? .pass : .drop
        case 0x0800: return verdict(onPacket: frame)
        default: return .drop
        }
    }

    /// Asks for, or tells of, nothing but its own address.
    private func isHonestARP(_ frame: UnsafeRawBufferPointer) -> Bool {
        guard frame.count >= 42, frame.number32(at: 14) == 0x0001_0800, frame.number16(at: 18) == 0x0604 else { return false }
        let sender = IPv4Address(frame.number32(at: 28))
        let target = IPv4Address(frame.number32(at: 38))
        return frame[22..<28].elementsEqual(identity.mac.bytes) && sender == identity.address && answers(target)
    }

    private func verdict(onPacket frame: UnsafeRawBufferPointer) -> Verdict {
        guard frame.count >= 34, frame[14] >> 4 == 4 else { return .drop }
        let headerBytes = Int(frame[14] & 0x0F) * 4
        let packetBytes = Int(frame.number16(at: 16))
        // No fragment: neither an offset nor more to come.
        guard headerBytes >= 20, packetBytes >= headerBytes, 14 + packetBytes <= frame.count, frame.number16(at: 20) & 0x3FFF == 0 else {
            return .drop
        }
        let payload = (14 + headerBytes)..<(14 + packetBytes)
        let source = IPv4Address(frame.number32(at: 26))
        let destination = IPv4Address(frame.number32(at: 30))
        switch frame[23] {
        case 6: return payload.count >= 20 && source == identity.address && answers(destination) ? .pass : .drop
        case 17:
            guard payload.count >= 8, frame.number16(at: payload.lowerBound + 2) == DHCPServer.port else { return .drop }
            return destination == .broadcast || destination == identity.gateway
                ? .dhcp((payload.lowerBound + 8)..<payload.upperBound) : .drop
        default: return .drop
        }
    }

    private func answers(_ address: IPv4Address) -> Bool { address == identity.gateway || address == .metadata }
}

extension UnsafeRawBufferPointer {
    func number16(at place: Int) -> UInt16 { UInt16(self[place]) << 8 | UInt16(self[place + 1]) }
    func number32(at place: Int) -> UInt32 { UInt32(number16(at: place)) << 16 | UInt32(number16(at: place + 2)) }
}
