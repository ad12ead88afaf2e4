import GuestNetwork
import Testing

/// How far answers of the metadata service go.
@Suite struct HopLimitTests {
    private let frames: Frames
    private var limit = HopLimit()

    init() throws {
        frames = try Frames()
        limit.hops = 2
    }

    private static let read = "GET /latest/meta-data/ HTTP/1.1\r\nHost: x\r\n\r\n"
    private static let token = "PUT /latest/api/token HTTP/1.1\r\n\r\n"

    private mutating func see(_ text: String, begins: Bool = false, port: UInt16 = 40_000) {
        frames.segment(fromGuest: true, port: port, begins: begins, text).withUnsafeBytes { limit.see($0) }
    }

    private func limited(_ text: String = "HTTP/1.1 200 OK", port: UInt16 = 40_000) -> [UInt8]? {
        frames.segment(fromGuest: false, port: port, text).withUnsafeBytes { limit.limiting($0) }
    }

    @Test mutating func tokensGoSoFarAndOtherAnswersAsFarAsAny() throws {
        see("", begins: true)
        see(Self.read)
        #expect(limited() == nil)
        see(Self.token)
        let frame = try #require(limited())
        #expect(frame[22] == 2)
        #expect(Self.sum(frame[14..<34]) == 0xFFFF, "its checksum holds")
        #expect(Array(frame[34...]) == Array(frames.segment(fromGuest: false, "HTTP/1.1 200 OK")[34...]))
        // What says nothing is no answer.
        #expect(limited("") == nil)
        #expect(limited(port: 40_001) == nil)
        // Once there was a token, for good: nobody slips another call in between.
        see(Self.read)
        #expect(limited() != nil)
        see("", begins: true)
        see(Self.read)
        #expect(limited() == nil, "another connection")
    }

    @Test(arguments: ["P", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\n\r\nPUT /latest/api/token HTTP/1.1\r\n\r\n", "\r\n\r\n", "POST", "G"])
    mutating func whatMayHoldACallForATokenIsLimited(text: String) {
        see("", begins: true)
        see(text)
        #expect(limited() != nil)
    }

    @Test mutating func theMostIsNoLimit() {
        see(Self.token)
        limit.hops = HopLimit.standard
        #expect(limited() == nil)
    }

    @Test mutating func framesThatLieAreLeftAlone() {
        see(Self.token)
        let whole = frames.segment(fromGuest: false, "HTTP/1.1 200 OK")
        for length in 0..<whole.count { #expect(whole[..<length].withUnsafeBytes { limit.limiting($0) } == nil) }
        for place in [14, 46] {
            var frame = whole
            frame[place] = 0xFF
            #expect(frame.withUnsafeBytes { limit.limiting($0) } == nil)
        }
        frames.arp().withUnsafeBytes { limit.see($0) }
    }

    private static func sum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        var sum: UInt32 = 0
        for place in stride(from: bytes.startIndex, to: bytes.endIndex, by: 2) {
            sum += UInt32(bytes[place]) << 8 | UInt32(bytes[place + 1])
        }
        while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
        return sum
    }
}
