import GuestNetwork
import Testing

/// A guest gets its own address, and no other.
@Suite struct DHCPServerTests {
    private let frames: Frames
    private let server: DHCPServer

    init() throws {
        frames = try Frames()
        server = DHCPServer(frames.identity)
    }

    private func message(_ options: [UInt8], mac: [UInt8]? = nil) -> [UInt8] {
        [1, 1, 6, 0, 9, 8, 7, 6] + [UInt8](repeating: 0, count: 20) + (mac ?? frames.identity.mac.bytes) + [UInt8](repeating: 0, count: 202)
            + [0x63, 0x82, 0x53, 0x63] + options + [255]
    }

    /// The kind, the address that is given, and the options.
    private func answer(_ options: [UInt8], mac: [UInt8]? = nil) -> (kind: UInt8?, address: [UInt8], options: [UInt8: [UInt8]])? {
        guard let frame = message(options, mac: mac).withUnsafeBytes(server.answer) else { return nil }
        var found: [UInt8: [UInt8]] = [:]
        var place = 42 + 240
        while frame[place] != 255 {
            found[frame[place]] = Array(frame[(place + 2)..<(place + 2 + Int(frame[place + 1]))])
            place += 2 + Int(frame[place + 1])
        }
        return (found[53]?.first, Array(frame[58..<62]), found)
    }

    @Test func itOffersTheAddressTheGatewayAndTheName() throws {
        let offer = try #require(answer([53, 1, 1]))
        #expect(offer.kind == 2)
        #expect(offer.address == [172, 31, 5, 7])
        #expect(offer.options[1] == [255, 255, 240, 0])
        #expect(offer.options[3] == [172, 31, 0, 1])
        #expect(offer.options[12] == Array("ip-172-31-5-7".utf8))
        #expect(offer.options[15] == Array("eu-west-1.compute.internal".utf8))
        #expect(offer.options[6] == nil, "no name server can be reached")
    }

    @Test func theFrameIsWhole() throws {
        let frame = try #require(message([53, 1, 1]).withUnsafeBytes(server.answer))
        #expect(frame[..<14] == [255, 255, 255, 255, 255, 255, 0x52, 0x55, 172, 31, 0, 1, 8, 0])
        let sum = stride(from: 14, to: 34, by: 2).reduce(0) { $0 + (Int(frame[$1]) << 8 | Int(frame[$1 + 1])) }
        #expect(sum % 0xFFFF == 0, "the checksum of the header")
        #expect(Int(frame[16]) << 8 | Int(frame[17]) == frame.count - 14)
        #expect(Int(frame[38]) << 8 | Int(frame[39]) == frame.count - 34)
        #expect(frame[46..<50] == [9, 8, 7, 6], "the transaction of the request")
    }

    @Test func anotherAddressIsRefused() throws {
        #expect(answer([53, 1, 3, 50, 4, 172, 31, 5, 7])?.kind == 5)
        let refusal = try #require(answer([53, 1, 3, 50, 4, 172, 31, 5, 8]))
        #expect(refusal.kind == 6)
        #expect(refusal.address == [0, 0, 0, 0])
    }

    @Test func whatIsNotMeantForItIsNotAnswered() {
        #expect(answer([53, 1, 3, 54, 4, 10, 0, 0, 1]) == nil, "another server's offer")
        #expect(answer([53, 1, 1], mac: [2, 0, 0, 0, 0, 1]) == nil, "another card")
        #expect(answer([53, 1, 7]) == nil, "a release")
        #expect(answer([]) == nil)
    }

    @Test func messagesThatAreCutShort() {
        let whole = message([53, 1, 1])
        for length in 0..<(whole.count - 4) { #expect(Array(whole[..<length]).withUnsafeBytes(server.answer) == nil) }
        #expect(answer([53, 200, 1]) == nil, "an option that ends behind the message")
    }
}
