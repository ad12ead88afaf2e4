import Domain
import Foundation
import Services
import TestSupport
import Testing

@Suite struct TokenSealerTests {
    private let sealer = TokenSealer(key: [UInt8](repeating: 7, count: 32))
    private let now = Date(timeIntervalSince1970: 1_795_376_072)

    @Test(arguments: seeds(20))
    func whatWasSealedIsOpened(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let content = generator.bytes(Int.random(in: 0...200, using: &generator))
        let kind: TokenSealer.Kind = generator.oneIn(2) ? .page : .block
        let token = sealer.seal(content, as: kind, until: now)
        #expect(sealer.open(token, as: kind, at: now) == content)
        // A form decoder turns the plus signs of a token that nobody escaped into spaces.
        #expect(sealer.open(token.replacing("+", with: " "), as: kind, at: now) == content)
        #expect(sealer.open(token, as: kind == .page ? .block : .page, at: now) == nil)
        #expect(TokenSealer(key: generator.bytes(32)).open(token, as: kind, at: now) == nil)
        // No two tokens are the same, so nothing can be learned from comparing them.
        #expect(sealer.seal(content, as: kind, until: now) != token)
    }

    @Test(arguments: [0, 1, 17, 64])
    func everyFlippedBitIsRefused(length: Int) throws {
        let content = [UInt8](repeating: 0x5a, count: length)
        for kind in [TokenSealer.Kind.page, .block] {
            let bytes = [UInt8](try #require(Data(base64Encoded: sealer.seal(content, as: kind, until: now))))
            for bit in 0..<bytes.count * 8 {
                var changed = bytes
                changed[bit / 8] ^= 1 << UInt8(bit % 8)
                let token = Data(changed).base64EncodedString()
                #expect(sealer.open(token, as: .page, at: now) == nil, "bit \(bit)")
                #expect(sealer.open(token, as: .block, at: now) == nil, "bit \(bit)")
            }
            for count in 0..<bytes.count { #expect(sealer.open(Data(bytes.prefix(count)).base64EncodedString(), as: kind, at: now) == nil) }
            #expect(sealer.open(Data(bytes + [0]).base64EncodedString(), as: kind, at: now) == nil)
        }
    }

    /// A changed character is refused too, or at least changes nothing: base64 has spare bits in its last character.
    @Test(arguments: seeds(3))
    func changedTextNeverMeansSomethingElse(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let content = generator.bytes(23)
        let token = Array(sealer.seal(content, as: .page, until: now).utf8)
        for place in token.indices {
            // A space stands for a plus sign, so it is no change of one.
            for byte in UInt8(33)..<127 where byte != token[place] {
                var changed = token
                changed[place] = byte
                let opened = sealer.open(String(decoding: changed, as: UTF8.self), as: .page, at: now)
                #expect(opened == nil || (opened == content && place >= token.count - 3), "\(place)")
            }
        }
    }

    @Test(arguments: seeds(30))
    func garbageIsRefused(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let bytes = generator.bytes(Int.random(in: 0...3000, using: &generator))
        #expect(sealer.open(Data(bytes).base64EncodedString(), as: .page, at: now) == nil)
        #expect(sealer.open(String(decoding: bytes, as: UTF8.self), as: .block, at: now) == nil)
    }

    @Test func aTokenEndsWithTheSecondItNames() {
        let token = sealer.seal([1], as: .page, until: now)
        #expect(sealer.open(token, as: .page, at: now.addingTimeInterval(-3600)) == [1])
        #expect(sealer.open(token, as: .page, at: now.addingTimeInterval(0.999)) == [1])
        #expect(sealer.open(token, as: .page, at: now.addingTimeInterval(1)) == nil)
        #expect(sealer.open(token, as: .page, at: .distantFuture) == nil)
    }

    @Test func theKeyIsKept() async throws {
        try await World.run { world in
            let token = world.deployment.tokens.seal([9], as: .block, until: now)
            let again = try await TokenSealer.load(from: world.deployment.secrets)
            #expect(again.open(token, as: .block, at: now) == [9])
        }
    }
}
