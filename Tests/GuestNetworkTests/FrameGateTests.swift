import GuestNetwork
import Testing

/// What a guest may put on its network.
@Suite struct FrameGateTests {
    private let frames: Frames
    private let gate: FrameGate

    init() throws {
        frames = try Frames()
        gate = FrameGate(frames.identity)
    }

    private func verdict(_ frame: [UInt8]) -> FrameGate.Verdict { frame.withUnsafeBytes(gate.verdict) }

    @Test(arguments: [IPv4Address.metadata, IPv4Address(0xAC1F_0001)]) func whatAnswersIsReached(destination: IPv4Address) {
        #expect(verdict(frames.tcp(to: destination)) == .pass)
        #expect(verdict(frames.arp(for: destination)) == .pass)
    }

    @Test(arguments: ["172.31.5.8", "172.31.0.2", "169.254.169.253", "127.0.0.1", "1.1.1.1", "255.255.255.255", "224.0.0.1", "10.0.2.2"])
    func nothingElseIs(destination: String) throws {
        let destination = try #require(IPv4Address(destination))
        #expect(verdict(frames.tcp(to: destination)) == .drop)
        #expect(verdict(frames.arp(for: destination)) == .drop)
    }

    @Test func aGuestIsNobodyElse() throws {
        let other = try #require(IPv4Address("172.31.5.8"))
        #expect(verdict(frames.tcp(from: other)) == .drop)
        #expect(verdict(frames.arp(from: other)) == .drop)
        var frame = frames.tcp()
        frame[11] ^= 1
        #expect(verdict(frame) == .drop)
        var arp = frames.arp()
        arp[27] ^= 1
        #expect(verdict(arp) == .drop)
    }

    /// Each of them reached code of libslirp that had holes.
    @Test func noUDPNoICMPNoFragmentsNoIPv6() {
        for transport: UInt8 in [0, 1, 2, 17, 41, 47, 58, 132] { #expect(verdict(frames.tcp(transport: transport)) == .drop) }
        var moreToCome = frames.tcp()
        moreToCome[20] = 0x20
        #expect(verdict(moreToCome) == .drop)
        var later = frames.tcp()
        later[21] = 1
        #expect(verdict(later) == .drop)
        var version6 = frames.tcp()
        (version6[12], version6[13]) = (0x86, 0xDD)
        #expect(verdict(version6) == .drop)
    }

    /// No byte is read behind a frame's end, whatever its headers say.
    @Test func framesThatLieAboutTheirLength() {
        let whole = frames.tcp()
        for length in 0..<whole.count { #expect(verdict(Array(whole[..<length])) == .drop) }
        var longHeader = whole
        longHeader[14] = 0x4F
        #expect(verdict(longHeader) == .drop)
        var longPacket = whole
        longPacket[16] = 0xFF
        #expect(verdict(longPacket) == .drop)
        #expect(verdict(whole + [UInt8](repeating: 0, count: 1_600)) == .drop)
        #expect(verdict(whole + [0, 0, 0]) == .pass, "short frames are filled up on a wire")
    }

    @Test func requestsForAnAddressGoToTheServer() {
        let frame = frames.udp(to: .init(.max), port: 67, [1, 2, 3])
        #expect(verdict(frame) == .dhcp(42..<45))
        #expect(verdict(frames.udp(to: .init(.max), port: 68, [1, 2, 3])) == .drop)
        #expect(verdict(frames.udp(to: .metadata, port: 67, [1, 2, 3])) == .drop)
    }
}

/// Frames as a guest makes them.
struct Frames {
    let identity: GuestIdentity

    init() throws {
        identity = GuestIdentity(
            mac: try #require(MACAddress("02:00:ac:1f:05:07")),
            address: try #require(IPv4Address("172.31.5.7")),
            prefixLength: 20,
            gateway: try #require(IPv4Address("172.31.0.1")),
            hostname: "ip-172-31-5-7",
            domain: "eu-west-1.compute.internal"
        )
    }

    private var card: [UInt8] { [0x52, 0x55, 172, 31, 0, 1] + identity.mac.bytes }

    func tcp(from source: IPv4Address? = nil, to destination: IPv4Address? = nil, transport: UInt8 = 6) -> [UInt8] {
        packet(from: source ?? identity.address, to: destination ?? identity.gateway, transport, [UInt8](repeating: 0, count: 20))
    }

    func udp(to destination: IPv4Address, port: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        packet(from: IPv4Address(0), to: destination, 17, [0, 68, 0, port, 0, UInt8(8 + bytes.count), 0, 0] + bytes)
    }

    func arp(from source: IPv4Address? = nil, for target: IPv4Address? = nil) -> [UInt8] {
        card + [8, 6, 0, 1, 8, 0, 6, 4, 0, 1] + identity.mac.bytes + (source ?? identity.address).bytes + [0, 0, 0, 0, 0, 0]
            + (target ?? identity.gateway).bytes
    }

    /// A segment of a connection between the guest's port and the metadata service.
    func segment(fromGuest: Bool, port: UInt16 = 40_000, begins: Bool = false, _ text: String = "") -> [UInt8] {
        let own = [UInt8(port >> 8), UInt8(port & 0xFF)]
        let ports = fromGuest ? own + [0, 80] : [0, 80] + own
        let header = ports + [0, 0, 0, 1, 0, 0, 0, 0, 0x50, begins ? 0b10 : 0b1_0000, 1, 0, 0, 0, 0, 0]
        let (source, destination) = fromGuest ? (identity.address, IPv4Address.metadata) : (IPv4Address.metadata, identity.address)
        return packet(from: source, to: destination, 6, header + text.utf8)
    }

    private func packet(from source: IPv4Address, to destination: IPv4Address, _ transport: UInt8, _ payload: [UInt8]) -> [UInt8] {
        card + [8, 0, 0x45, 0, 0, UInt8(20 + payload.count), 0, 0, 0x40, 0, 64, transport, 0, 0] + source.bytes + destination.bytes
            + payload
    }
}
