import Crypto

/// What a file of an OVA hashes to, as its manifest says.
struct MemberDigest: Hashable, Sendable {
    enum Algorithm: String, Hashable, Sendable {
        case sha1 = "SHA1"
        case sha256 = "SHA256"
        case sha512 = "SHA512"
    }

    let algorithm: Algorithm
    /// Lowercase.
    let hexadecimal: String

    func matches(_ bytes: [UInt8]) -> Bool {
        var hash = MemberHash(algorithm)
        hash.update(bytes)
        return hash.hexadecimal == hexadecimal
    }
}

/// A hash under way, of the algorithm that the manifest names.
enum MemberHash {
    case sha1(Insecure.SHA1)
    case sha256(SHA256)
    case sha512(SHA512)

    init(_ algorithm: MemberDigest.Algorithm) {
        switch algorithm {
        case .sha1: self = .sha1(Insecure.SHA1())
        case .sha256: self = .sha256(SHA256())
        case .sha512: self = .sha512(SHA512())
        }
    }

    mutating func update(_ bytes: [UInt8]) {
        switch self {
        case .sha1(var hash):
            hash.update(data: bytes)
            self = .sha1(hash)
        case .sha256(var hash):
            hash.update(data: bytes)
            self = .sha256(hash)
        case .sha512(var hash):
            hash.update(data: bytes)
            self = .sha512(hash)
        }
    }

    var hexadecimal: String {
        switch self {
        case .sha1(let hash): Self.text(hash.finalize())
        case .sha256(let hash): Self.text(hash.finalize())
        case .sha512(let hash): Self.text(hash.finalize())
        }
    }

    private static func text(_ digest: some Digest) -> String {
        let digits = Array("0123456789abcdef")
        return String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}

/// The manifest of an OVA: `SHA256(disk.vmdk)= 0f…`, a line a file.
enum OVAManifest {
    static func read(_ text: [UInt8]) throws(DiskImageError) -> [String: MemberDigest] {
        var digests: [String: MemberDigest] = [:]
        for line in String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline) where !line.allSatisfy(\.isWhitespace) {
            guard let start = line.firstIndex(of: "("), let end = line.lastIndex(of: ")"), start < end,
                let algorithm = MemberDigest.Algorithm(rawValue: line[..<start].uppercased().filter { !$0.isWhitespace && $0 != "-" })
            else {
                throw DiskImageError(
                    .content,
                    "The manifest of the OVA has a line that is no digest: \(DiskImageError.quoted(String(line)))"
                )
            }
            let name = String(line[line.index(after: start)..<end])
            let digest = line[line.index(after: end)...].lowercased().filter { !$0.isWhitespace && $0 != "=" }
            guard digests.updateValue(MemberDigest(algorithm: algorithm, hexadecimal: digest), forKey: name) == nil else {
                throw DiskImageError(.content, "The manifest of the OVA has \(DiskImageError.quoted(name)) twice.")
            }
        }
        return digests
    }
}
