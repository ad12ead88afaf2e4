import Foundation
import Sealing
import Services
import TestSupport
import Testing

@Suite struct IssuerKeysTests {
    private static let point = #""x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0""#

    private static func file(_ text: String, mode: Int = 0o644, _ body: (String) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "ferry-keys-\(UUID().uuidString).json"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(text.utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        try body(path)
    }

    private static func set(_ keys: String, issuer: String = "https://ci.example.org") -> String {
        #"{"issuer":"\#(issuer)","keys":[\#(keys)]}"#
    }

    /// The key of RFC 7515, appendix A.3.
    @Test func aFileTellsTheKeysOfItsIssuer() throws {
        try Self.file(Self.set(#"{"kty":"EC","crv":"P-256","kid":"one",\#(Self.point)}"#)) { path in
            let keys = try IssuerKeys(path: path, logger: LogMemory().logger)
            #expect(keys.keys(of: "https://ci.example.org")?.map(\.id) == ["one"])
            #expect(keys.keys(of: "https://ci.example.org/") == nil)
        }
    }

    @Test(arguments: [
        ("{", "it does not say"), ("[]", "it does not say"), (#"{"keys":[]}"#, "it does not say"), (set(""), "no key that can verify"),
        (set(#"{"kty":"oct","kid":"one","k":"AAAA"}"#), "secret key"),
        (set(#"{"kty":"EC","crv":"P-256","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",\#(point)}"#), "secret key"),
        (set(#"{"kty":"EC","crv":"P-256","kid":"one","x":"AAAA","y":"AAAA"}"#), "'one' is no key"),
        (set(#"{"kty":"RSA","kid":"one","n":"AQAB","e":"AQAB"}"#), "'one' is no RSA key"),
        (set(#"{"kty":"EC","crv":"P-256",\#(point)}"#, issuer: "http://ci.example.org"), "behind https://"),
        (set(#"{"kty":"EC","crv":"P-256","use":"enc",\#(point)}"#), "no key that can verify"),
        (String(repeating: " ", count: 1 << 20) + "{}", "larger than"),
    ])
    func aFileThatIsNotGoodIsRefusedAtTheStart(text: String, problem: String) throws {
        try Self.file(text) { path in
            let error = #expect(throws: IssuerKeysUnreadable.self) { _ = try IssuerKeys(path: path, logger: LogMemory().logger) }
            #expect(error?.problem.contains(problem) == true, "\(error?.problem ?? "")")
        }
    }

    @Test func aFileThatEverybodyMayWriteIsRefused() throws {
        try Self.file(Self.set(#"{"kty":"EC","crv":"P-256",\#(Self.point)}"#), mode: 0o666) { path in
            #expect(throws: IssuerKeysUnreadable.self) { _ = try IssuerKeys(path: path, logger: LogMemory().logger) }
        }
        #expect(throws: IssuerKeysUnreadable.self) { _ = try IssuerKeys(path: "/nowhere/keys", logger: LogMemory().logger) }
    }
}
