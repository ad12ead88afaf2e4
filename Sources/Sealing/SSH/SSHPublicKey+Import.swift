import Foundation

extension SSHPublicKey {
    /// The most that ImportKeyPair reads: a key of 16,384 bits with a long comment has less.
    package static let importedBytesMax = 16 << 10

    /// A key in one of the forms that ImportKeyPair takes (docs/behaviour/network.md, "Key pairs"): OpenSSH's line, RFC 4716, DER, or
    /// DER as base64 with or without the lines of PEM around it.
    package init(imported material: [UInt8]) throws {
        guard material.count <= Self.importedBytesMax else { throw NoSSHPublicKey() }
        if material.first == 0x30 {
            try self.init(der: material)
            return
        }
        guard let text = String(validating: material, as: UTF8.self)?.trimmingCharacters(in: .whitespacesAndNewlines) else {
            throw NoSSHPublicKey()
        }
        let lines = text.split(whereSeparator: \.isNewline).map(String.init)
        if let body = Self.body(of: lines, between: "---- BEGIN SSH2 PUBLIC KEY ----", "---- END SSH2 PUBLIC KEY ----") {
            try self.init(blob: Self.base64(Self.withoutHeaders(body)))
        } else if let body = Self.body(of: lines, between: "-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----") {
            try self.init(der: Self.base64(body))
        } else if text.hasPrefix("ssh-") {
            // Options in front of a key would be obeyed by the machines that it lands on, so a line begins with the key.
            let words = text.split(separator: " ")
            guard lines.count == 1, words.count > 1 else { throw NoSSHPublicKey() }
            try self.init(blob: Self.base64([String(words[1])]))
            guard words[0] == kind.sshName else { throw NoSSHPublicKey() }
        } else {
            try self.init(der: Self.base64(lines))
        }
    }

    /// The lines between two others; nil where these do not stand around them.
    private static func body(of lines: [String], between first: String, _ last: String) -> [String]? {
        guard lines.count > 2, lines.first == first, lines.last == last else { return nil }
        return Array(lines.dropFirst().dropLast())
    }

    /// A header goes on in the next line where a backslash ends it.
    private static func withoutHeaders(_ lines: [String]) -> [String] {
        var (body, continues) = ([String](), false)
        for line in lines {
            if !continues, !line.contains(":") {
                body.append(line)
            } else {
                continues = line.hasSuffix("\\")
            }
        }
        return body
    }

    private static func base64(_ lines: [String]) throws -> [UInt8] {
        guard let data = Data(base64Encoded: lines.joined()) else { throw NoSSHPublicKey() }
        return [UInt8](data)
    }
}
