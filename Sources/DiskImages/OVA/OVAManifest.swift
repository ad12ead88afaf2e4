import Crypto
import Hexadecimal

/// What a file of an OVA hashes to, as its manifest says.
struct MemberDigest: Hashable, Sendable {
    /// From the weakest to the strongest.
    enum Algorithm: Int, Hashable, Sendable, Comparable {
        case sha1
        case sha256
        case sha384
        case sha512

        /// As OVF has it (`SHA256`), and as OpenSSL 3 does (`SHA2-256`).
        init?(name: String) {
            switch name.uppercased().filter({ $0 != "-" && !$0.isWhitespace }) {
            case "SHA1", "SHA": self = .sha1
            case "SHA256", "SHA2256": self = .sha256
            case "SHA384", "SHA2384": self = .sha384
            case "SHA512", "SHA2512": self = .sha512
            default: return nil
            }
        }

        static func < (left: Algorithm, right: Algorithm) -> Bool { left.rawValue < right.rawValue }
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
    case sha384(SHA384)
    case sha512(SHA512)

    init(_ algorithm: MemberDigest.Algorithm) {
        switch algorithm {
        case .sha1: self = .sha1(Insecure.SHA1())
        case .sha256: self = .sha256(SHA256())
        case .sha384: self = .sha384(SHA384())
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
        case .sha384(var hash):
            hash.update(data: bytes)
            self = .sha384(hash)
        case .sha512(var hash):
            hash.update(data: bytes)
            self = .sha512(hash)
        }
    }

    var hexadecimal: String {
        switch self {
        case .sha1(let hash): Hex.encode(hash.finalize())
        case .sha256(let hash): Hex.encode(hash.finalize())
        case .sha384(let hash): Hex.encode(hash.finalize())
        case .sha512(let hash): Hex.encode(hash.finalize())
        }
    }
}

/// The manifest of an OVA: `SHA256(disk.vmdk)= 0f…`, a line a file.
enum OVAManifest {
    static func read(_ text: [UInt8]) throws(DiskImageError) -> [(name: String, digest: MemberDigest)] {
        var digests: [(name: String, digest: MemberDigest)] = []
        for line in String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline) where !line.allSatisfy(\.isWhitespace) {
            let shown = DiskImageError.quoted(String(line))
            guard let start = line.firstIndex(of: "("), let end = line.lastIndex(of: ")"), start < end else {
                throw DiskImageError(.content, "The manifest of the OVA has a line that is no digest: \(shown)")
            }
            guard let algorithm = MemberDigest.Algorithm(name: String(line[..<start])) else {
                throw DiskImageError(
                    .content,
                    "The manifest of the OVA has a digest that is not read; SHA-1, -256, -384 and -512 are: \(shown)"
                )
            }
            let name = String(line[line.index(after: start)..<end])
            let digest = line[line.index(after: end)...].lowercased().filter { !$0.isWhitespace && $0 != "=" }
            guard !digests.contains(where: { $0.name == name && $0.digest.algorithm == algorithm }) else {
                throw DiskImageError(.content, "The manifest of the OVA has \(DiskImageError.quoted(name)) twice.")
            }
            digests.append((name, MemberDigest(algorithm: algorithm, hexadecimal: digest)))
            guard digests.count <= 4 * OVALimits.members else { throw DiskImageError(.size, "The manifest of the OVA has too many lines.") }
        }
        return digests
    }
}
