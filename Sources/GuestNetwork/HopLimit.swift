/// How far answers with a token of the metadata service go: over so many hops, as instances' `HttpPutResponseHopLimit` says. So what merely passes through
/// a guest, such as a container behind a network of its own, gets none by default.
///
/// Answers to other calls go as far as any. A call is told by what a guest sends: a connection is limited from the first segment on that is not a
/// whole `GET` or `HEAD`, and stays so.
package struct HopLimit {
    /// What packets have otherwise.
    package static let standard: UInt8 = 64

    package var hops = HopLimit.standard
    /// A bit for each port of the guest.
    private var limited = [UInt64](repeating: 0, count: 1_024)

    package init() {}

    /// Looks at a frame of the guest's that the gate has let pass.
    package mutating func see(_ frame: UnsafeRawBufferPointer) {
        guard let packet = TCPPacket(frame), packet.destination == .metadata else { return }
        let (word, bit) = (Int(packet.sourcePort) / 64, UInt64(1) << UInt64(packet.sourcePort % 64))
        if packet.beginsConnection { limited[word] &= ~bit }
        if !packet.payload.isEmpty, !Self.isRead(UnsafeRawBufferPointer(rebasing: frame[packet.payload])) { limited[word] |= bit }
    }

    /// A frame for the guest, with as many hops as it may take; nil for one that goes as it is.
    package func limiting(_ frame: UnsafeRawBufferPointer) -> [UInt8]? {
        guard hops < Self.standard, let packet = TCPPacket(frame), packet.source == .metadata, !packet.payload.isEmpty,
            limited[Int(packet.destinationPort) / 64] >> UInt64(packet.destinationPort % 64) & 1 == 1
        else { return nil }
        var bytes = Array(frame)
        bytes[TCPPacket.hopsPlace] = hops
        (bytes[24], bytes[25]) = (0, 0)
        let sum = InternetChecksum.of(bytes[14..<packet.headerEnd])
        (bytes[24], bytes[25]) = (UInt8(sum >> 8), UInt8(sum & 0xFF))
        return bytes
    }

    /// Whether it is a call that reads and nothing else: whole, and without the name of the other in it.
    private static func isRead(_ payload: UnsafeRawBufferPointer) -> Bool {
        guard payload.starts(with: "GET ".utf8) || payload.starts(with: "HEAD ".utf8),
            payload.suffix(4).elementsEqual("\r\n\r\n".utf8)
        else { return false }
        return !payload.indices.dropLast(2).contains { payload[$0..<$0 + 3].elementsEqual("PUT".utf8) }
    }
}

/// Where the parts of a TCP segment in a frame are.
private struct TCPPacket {
    static let hopsPlace = 22

    let source: IPv4Address
    let destination: IPv4Address
    let sourcePort: UInt16
    let destinationPort: UInt16
    let beginsConnection: Bool
    let headerEnd: Int
    let payload: Range<Int>

    /// Nil for any other frame.
    init?(_ frame: UnsafeRawBufferPointer) {
        guard frame.count >= 54, frame.number16(at: 12) == 0x0800, frame[14] >> 4 == 4, frame[23] == 6 else { return nil }
        headerEnd = 14 + Int(frame[14] & 0x0F) * 4
        let end = 14 + Int(frame.number16(at: 16))
        guard headerEnd >= 34, headerEnd + 20 <= end, end <= frame.count else { return nil }
        let start = headerEnd + Int(frame[headerEnd + 12] >> 4) * 4
        guard start >= headerEnd + 20, start <= end else { return nil }
        source = IPv4Address(frame.number32(at: 26))
        destination = IPv4Address(frame.number32(at: 30))
        sourcePort = frame.number16(at: headerEnd)
        destinationPort = frame.number16(at: headerEnd + 2)
        beginsConnection = frame[headerEnd + 13] & 0b1_0010 == 0b10
        payload = start..<end
    }
}

/// The checksum of the internet protocols: the complement of the sum of all 16-bit words.
enum InternetChecksum {
    static func of(_ bytes: some Sequence<UInt8>) -> UInt16 {
        var (sum, isHigh) = (UInt32(0), true)
        for byte in bytes {
            sum += isHigh ? UInt32(byte) << 8 : UInt32(byte)
            isHigh.toggle()
        }
        while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
        return ~UInt16(sum)
    }
}
