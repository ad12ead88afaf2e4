import Crypto
import Foundation
import Sealing
import Testing

@Suite struct SecretBytesTests {
    private let text = "correct horse battery staple"

    private var secret: SecretBytes { SecretBytes(copying: Array(text.utf8)) }

    @Test func aSecretHoldsItsBytes() {
        #expect(secret.count == text.utf8.count)
        #expect(secret.withUnsafeBytes { Array($0) } == Array(text.utf8))
        #expect(secret.symmetricKey.withUnsafeBytes { Array($0) } == Array(text.utf8))
        #expect(SecretBytes(copying: [UInt8]()).count == 0)
    }

    /// Whatever way a careless line takes to print one.
    @Test func nothingThatPrintsASecretShowsIt() {
        struct Holder { let secret: SecretBytes }
        var dumped = ""
        dump(Holder(secret: secret), to: &dumped)
        var texts = [dumped, "\(secret)", String(describing: secret), String(reflecting: secret), "\(Holder(secret: secret))"]
        texts += ["\([secret])", "\(["key": secret])", "\(Optional(secret) as Any)"]
        let base64 = Data(text.utf8).base64EncodedString()
        let hex = text.utf8.map { String($0, radix: 16) }.joined()
        for shown in texts {
            for form in [text, base64, hex, "99, 111, 114"] { #expect(!shown.contains(form), "\(shown)") }
        }
    }

    @Test func whatASecretWasMovedFromIsZeros() {
        var bytes = Array(text.utf8)
        let moved = SecretBytes(wiping: &bytes)
        #expect(moved.isEqual(to: secret))
        #expect(bytes == Array(repeating: 0, count: text.utf8.count))
        var data = Data(text.utf8)
        #expect(SecretBytes(wiping: &data).isEqual(to: secret))
        #expect(data == Data(count: text.utf8.count))
    }

    @Test func equalityLooksAtEveryByte() {
        let other = Array(text.utf8)
        #expect(secret.isEqual(to: secret))
        #expect(!secret.isEqual(to: SecretBytes(copying: Array(other.dropLast()))))
        for index in other.indices {
            var changed = other
            changed[index] ^= 1
            #expect(!secret.isEqual(to: SecretBytes(copying: changed)))
        }
    }

    @Test func randomSecretsDiffer() {
        let secrets = (0..<100).map { _ in SecretBytes.random(count: 32).withUnsafeBytes { Array($0) } }
        #expect(Set(secrets).count == 100)
    }
}
