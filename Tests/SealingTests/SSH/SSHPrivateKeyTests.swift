import Domain
import Foundation
import Sealing
import Testing

/// What Ferry makes, read by ssh-keygen and openssl.
@Suite struct SSHPrivateKeyTests {
    /// What a program says on its standard output.
    private static func run(_ name: String, _ arguments: String...) throws -> Data {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [name] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let said = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(name) ended with \(process.terminationStatus)")
        return said
    }

    private static func withFile(_ text: String, _ body: (String) throws -> Void) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "key-\(UUID().uuidString)").path
        #expect(FileManager.default.createFile(atPath: file, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600]))
        defer { try? FileManager.default.removeItem(atPath: file) }
        try body(file)
    }

    @Test(arguments: KeyPair.Kind.allCases) func sshKeygenReadsWhatIsMade(_ kind: KeyPair.Kind) throws {
        let key = try SSHPrivateKey.random(kind)
        let expected = try key.publicKey()
        #expect(expected.kind == kind)
        let text = try key.armored(comment: "my key")
        #expect(text.hasPrefix(kind == .rsa ? "-----BEGIN RSA PRIVATE KEY-----\n" : "-----BEGIN OPENSSH PRIVATE KEY-----\n"))
        #expect(text.hasSuffix("-----\n"))
        try Self.withFile(text) { file in
            let told = String(decoding: try Self.run("ssh-keygen", "-y", "-f", file), as: UTF8.self)
            #expect(told == "\(expected.text)\(kind == .rsa ? "" : " my key")\n")
        }
        #expect(try SSHPublicKey(imported: Array(expected.text.utf8)) == expected)
        #expect(try SSHPublicKey(der: expected.der()) == expected)
    }

    /// The comment shifts what is padded: each length of the padding is read.
    @Test func paddingOfEachLength() throws {
        let key = try SSHPrivateKey.random(.ed25519)
        for length in 0..<8 {
            try Self.withFile(key.armored(comment: String(repeating: "a", count: length))) { file in
                let told = String(decoding: try Self.run("ssh-keygen", "-y", "-f", file), as: UTF8.self)
                #expect(told.hasPrefix(try key.publicKey().text))
            }
        }
    }

    @Test func fingerprintsAreThoseOfTheTools() throws {
        let rsa = try SSHPrivateKey.random(.rsa)
        try Self.withFile(rsa.armored(comment: "")) { file in
            let der = try Self.run("openssl", "pkcs8", "-in", file, "-inform", "PEM", "-outform", "DER", "-topk8", "-nocrypt")
            try Self.withFile("") { other in
                try der.write(to: URL(filePath: other))
                let told = String(decoding: try Self.run("openssl", "sha1", "-c", other), as: UTF8.self)
                #expect(told.hasSuffix("= \(try rsa.fingerprint())\n"), "\(told)")
            }
        }
        let curve = try SSHPrivateKey.random(.ed25519)
        try Self.withFile(curve.armored(comment: "a")) { file in
            let told = String(decoding: try Self.run("ssh-keygen", "-l", "-f", file), as: UTF8.self)
            #expect(told.contains("SHA256:\(try curve.fingerprint().replacing("=", with: "")) "), "\(told)")
            #expect(try curve.fingerprint() == curve.publicKey().importedFingerprint())
        }
    }

    @Test(arguments: KeyPair.Kind.allCases) func aDumpTellsNothing(_ kind: KeyPair.Kind) throws {
        let key = try SSHPrivateKey.random(kind)
        var text = ""
        dump(key, to: &text)
        #expect(text == "- an SSH private key\n" && "\(key)" == "an SSH private key")
        #expect(try SSHPrivateKey.random(kind).publicKey() != key.publicKey())
    }
}
